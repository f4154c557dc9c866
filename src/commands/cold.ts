/** What may take its time: one chunk, loaded when a command needs it. */
export { run as fetch } from './fetch.ts'
export { run as init } from './init.ts'
export { run as lock } from './lock.ts'
export { run as pythonFind } from './python-find.ts'
export { run as pythonList } from './python-list.ts'
export { run as storeList } from './store-list.ts'
export { run as verify } from './verify.ts'
export { syncProject } from '../project/sync-project.ts'
