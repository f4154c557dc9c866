// A thread that makes parts: see part-job.ts.
import { serveJobs } from '../process/threads.ts'
import { partWorkshop } from './part-job.ts'

serveJobs(partWorkshop())
