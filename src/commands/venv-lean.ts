/** What is done with an environment without pip: a chunk of its own, a tenth of the others'. */
export { run as venvCreate } from './venv-create.ts'
export { run as venvRemove } from './venv-remove.ts'
export { run as venvRun } from './venv-run.ts'
export { requireVenv } from '../venv/open.ts'
