export { DirectoryHandoff } from './directory-handoff.js';
export type { DirectoryHandoffOptions } from './directory-handoff-options.js';
export { directoryHandoff, plugin } from './directory-handoff-plugin.js';
