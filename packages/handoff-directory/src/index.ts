export { DirectoryHandoff } from './directory-handoff.js';
export { type DirectoryHandoffOptions, directoryHandoff } from './directory-handoff-plugin.js';
