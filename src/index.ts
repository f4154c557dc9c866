/** The public API of pyembed: the same functions that the command line calls. */
export type { LoaderChange } from './bundle/changes.ts'
export type { BundleProblem } from './bundle/problem.ts'
export type { SignItem } from './bundle/sign-plan.ts'
export type { SymbolCounts } from './bundle/symbol-problems.ts'
export { type BundleVerification, verifyBundle } from './bundle/verify.ts'
export { checkBuild, type CheckOptions } from './check/check-build.ts'
export type {
  CheckProblem,
  CheckReport,
  FoundPython,
  NestedBuild,
  Owner,
  PythonKind,
} from './check/report.ts'
export type { Context } from './context.ts'
export { type Environment, readEnvironment } from './env.ts'
export { type ErrorCode, errorCodes, PyEmbedError } from './errors.ts'
export type { Emit, PyEmbedEvent } from './events.ts'
export type { Framework } from './framework/framework.ts'
export type { FrameworkProblem } from './framework/problem.ts'
export { type FrameworkVerification, verifyFramework } from './framework/verify.ts'
export type { LoaderEdit } from './framework/loader-paths.ts'
export type { Lock, LockedArchive, LockedPackage, LockedTarget } from './lock/lock.ts'
export type { Manifest } from './manifest/manifest.ts'
export { readManifest } from './manifest/read.ts'
export { type FrameworkOptions, makeFramework } from './project/create-framework.ts'
export {
  type FixedApp,
  fixupApp,
  type FixupAppOptions,
  planAppSigning,
} from './project/fixup-app.ts'
export { type FetchedFile, fetchProject } from './project/fetch-project.ts'
export { type InitOptions, initProject, type InitResult } from './project/init-project.ts'
export type { EraWarning } from './project/era-warnings.ts'
export { type LockOptions, lockProject, type LockReport } from './project/lock-project.ts'
export type { ProjectOptions, TargetOptions } from './project/open.ts'
export { type AppOptions, findApp } from './project/venv-app.ts'
export { type Synced, syncProject, type SyncOptions } from './project/sync-project.ts'
export type { SyncResult } from './project/sync-state.ts'
export {
  type ProjectVerification,
  verifyProject,
  type VerifyProjectOptions,
} from './project/verify-project.ts'
export { type EraQuery, erasOf } from './releases/eras.ts'
export { type ListedPython, type ListOptions, listPythons } from './releases/list.ts'
export type { Handling, Shortcoming } from './releases/shortcoming.ts'
export { type EntryUser, type ListedEntry, listEntries } from './store/list.ts'
export { type PruneOptions, pruneStore } from './store/prune.ts'
export type { Removal, Removals } from './store/removal.ts'
export { type FoundRoot, readRoots, type Root, type RootEntry } from './store/roots.ts'
export { uninstall } from './store/uninstall.ts'
export { adoptVenvs, type Adopted } from './venv/adopt.ts'
export { createVenv, type CreateOptions, type CreateResult } from './venv/create.ts'
export { installInVenv, type InstallResult } from './venv/install.ts'
export { type ListedVenv, listVenvs } from './venv/list.ts'
export type { Venv } from './venv/look.ts'
export { type Opened, openVenv } from './venv/open.ts'
export { type AppPlace, findDataHome } from './venv/place.ts'
export { type PrunedVenvs, pruneVenvs } from './venv/prune.ts'
export type { Inherit, Step, VenvRecord } from './venv/record.ts'
export { removeVenv } from './venv/remove.ts'
export { repairVenv, type RepairResult } from './venv/repair.ts'
export { runInVenv } from './venv/run.ts'
export { completeStep, type StepRequest } from './venv/steps.ts'
export type { Problem, ProblemKind, Verification } from './store/verify.ts'
