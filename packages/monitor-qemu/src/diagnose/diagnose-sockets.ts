import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import type { Finding } from '@nic-herald/core';
import { INSTEAD_OF_LIBVIRTS, libvirtMonitorAt } from '../sockets/libvirt-monitor.js';
import { findSockets, isPattern } from '../sockets/socket-pattern.js';
import { type BoundSocket, boundSockets } from './bound-sockets.js';

/** Most sockets of one pattern that get a finding of their own. */
const MAX_TOLD = 20;

/**
 * Whether the sockets of these paths and patterns are there, may be used, and are listened at. Nobody is connected to:
 * an agent may hold the one client's place, or libvirt wait for it.
 */
export const diagnoseSockets = async (
  patterns: readonly string[],
  table: () => Promise<string> = () => readFile('/proc/net/unix', 'utf8'),
): Promise<readonly Finding[]> => {
  if (patterns.length === 0) {
    return [
      {
        level: 'note',
        what: 'no socket is named, so no guest is seen',
        advice: 'name some by --qmp, or sockets',
      },
    ];
  }
  const bound = await table().then(boundSockets, () => undefined);
  const found = await Promise.all(patterns.map((pattern) => ofPattern(pattern, bound)));
  return found.flat();
};

type Bound = ReadonlyMap<string, BoundSocket> | undefined;

const ofPattern = async (pattern: string, bound: Bound): Promise<readonly Finding[]> => {
  const { sockets, directories } = await findSockets(pattern);
  if (sockets.size === 0) return [await nothingAt(pattern, directories)];
  const findings = await Promise.all([...sockets.keys()].map((path) => ofSocket(path, bound)));
  const good = findings.filter(({ level }) => level === 'ok');
  const others = findings.filter(({ level }) => level !== 'ok');
  const told = others.toSorted((a, b) => Number(b.level === 'problem') - Number(a.level === 'problem'));
  const more = others.length - MAX_TOLD;
  return [
    ...(good.length > 1
      ? [{ level: 'ok', what: `${pattern}: ${good.length} sockets that wait for a client` } as const]
      : good),
    ...told.slice(0, MAX_TOLD),
    ...(more > 0 ? [{ level: 'note', what: `${pattern}: ${more} more such sockets` } as const] : []),
  ];
};

/** A path or a pattern that leads to nothing: for now, or because nobody may look. */
const nothingAt = async (pattern: string, directories: ReadonlySet<string>): Promise<Finding> => {
  const tried = isPattern(pattern) ? [] : [() => stat(pattern)];
  const looked = [...directories].map(
    (directory) => () => access(directory, constants.R_OK | constants.X_OK),
  );
  for (const look of [...tried, ...looked]) {
    try {
      await look();
    } catch (error) {
      if (!isDenied(error)) continue;
      return {
        level: 'problem',
        what: `${pattern}: this user may not look there`,
        advice: 'run as the user of the agent, or give it the right to search the directory',
        code: 'HERALD_QMP_CONNECT',
      };
    }
  }
  const what = isPattern(pattern) ? 'matches no socket now' : 'is not there now';
  return { level: 'note', what: `${pattern} ${what}; an agent waits for it` };
};

const ofSocket = async (path: string, bound: Bound): Promise<Finding> => {
  if (libvirtMonitorAt(path) !== undefined) {
    return {
      level: 'problem',
      what: `${path} is libvirt's own monitor: it is never connected to, or libvirt would lose the guest when it restarts`,
      advice: INSTEAD_OF_LIBVIRTS,
      code: 'HERALD_QMP_LIBVIRT',
    };
  }
  try {
    if (!(await stat(path)).isSocket()) return { level: 'problem', what: `${path} is no socket` };
    await access(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (!isDenied(error)) return { level: 'note', what: `${path} is gone by now` };
    return {
      level: 'problem',
      what: `${path}: this user may not connect to it`,
      advice: "run as the user of the agent, or change the socket's owner or rights",
      code: 'HERALD_QMP_CONNECT',
    };
  }
  if (bound === undefined) return { level: 'ok', what: `${path} is there` };
  const socket = bound.get(path) ?? bound.get(await realpath(path).catch(() => path));
  if (socket?.listens !== true) {
    return {
      level: 'note',
      what: `nobody is seen to listen at ${path}: its QEMU has ended, or runs in another network namespace`,
    };
  }
  return socket.clients === 0
    ? { level: 'ok', what: `${path} waits for a client` }
    : {
        level: 'note',
        what: `${path} has a client already: an agent, or a program that keeps nic-herald out, since it serves one`,
      };
};

const isDenied = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
