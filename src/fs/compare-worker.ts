// A thread that compares files with their records: see compare.ts.
import { serveJobs } from '../process/threads.ts'
import { compareWorkshop } from './compare.ts'

serveJobs(compareWorkshop())
