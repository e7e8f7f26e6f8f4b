import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { socketMark } from './socket-mark.js';

/** What a pattern matches now. */
export interface FoundSockets {
  /** Path to the mark of the socket, see `socketMark`. */
  readonly sockets: ReadonlyMap<string, string>;
  /** The directories that were read: a change in one of them may change the result. */
  readonly directories: ReadonlySet<string>;
}

const MAX_MATCHES = 4096;
const WILD = /[*?]/;

/** Whether a path has a `*` or a `?`. */
export const isPattern = (path: string): boolean => WILD.test(path);

/** The regular expression for one component of a path, `*` and `?` being wild; no leading dot is matched by them. */
export const componentPattern = (component: string): RegExp => {
  const source = component
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${WILD.test(component[0] ?? '') ? '(?!\\.)' : ''}${source}$`, 's');
};

/** Finds the sockets of an absolute path or pattern. What cannot be read is as good as not there. */
export const findSockets = async (pattern: string): Promise<FoundSockets> => {
  const components = pattern.split('/').filter((component) => component !== '');
  const directories = new Set<string>();
  let paths = ['/'];
  for (const component of components) {
    paths = await step(paths, component, directories);
  }
  if (!WILD.test(components.at(-1) ?? '')) {
    for (const path of paths) directories.add(join(path, '..'));
  }
  const sockets = new Map<string, string>();
  for (const path of paths) {
    // a file that was named is tried whatever it is, so that the error tells; a pattern finds sockets only
    const mark = socketMark(path, WILD.test(pattern));
    if (mark !== undefined) sockets.set(path, mark);
  }
  return { sockets, directories };
};

const step = async (
  parents: readonly string[],
  component: string,
  directories: Set<string>,
): Promise<string[]> => {
  if (!WILD.test(component)) return parents.map((parent) => join(parent, component));
  const wanted = componentPattern(component);
  const found: string[] = [];
  for (const parent of parents) {
    directories.add(parent);
    for (const name of await names(parent)) {
      if (wanted.test(name) && found.length < MAX_MATCHES) found.push(join(parent, name));
    }
  }
  return found;
};

const names = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
};
