import { HeraldError, isHeraldError } from '@nic-herald/core';
import type { RemoteError } from './rpc/remote-error.js';

/** Numbers of libvirt's own errors (`virErrorNumber`, virterror.h) that callers tell apart. */
export const LIBVIRT_CODES = {
  /** The driver has no such function. */
  NO_SUPPORT: 3,
  /** A write was asked for through a read-only connection. */
  OPERATION_DENIED: 29,
  /** The daemon knows no such program or procedure, or could not read the call. */
  RPC: 39,
  /** There is no such domain, or not any more. */
  NO_DOMAIN: 42,
  AUTH_FAILED: 45,
  /** Not now: the domain does not run, or is being moved. */
  OPERATION_INVALID: 55,
  /** The domain's job lock was not free in time. */
  OPERATION_TIMEOUT: 68,
  AUTH_CANCELLED: 79,
  /** The domain has no metadata of that kind or URI. */
  NO_DOMAIN_METADATA: 80,
  OPERATION_UNSUPPORTED: 84,
  /** Access control forbids it. */
  ACCESS_DENIED: 88,
  AUTH_UNAVAILABLE: 94,
} as const;

/** libvirt's number of an HERALD_LIBVIRT_REFUSED; absent for any other error. */
export const libvirtCodeOf = (error: unknown): number | undefined => {
  if (!isHeraldError(error) || error.code !== 'HERALD_LIBVIRT_REFUSED') return undefined;
  const { libvirtCode } = error.details;
  return typeof libvirtCode === 'number' ? libvirtCode : undefined;
};

const FORBIDDEN_FILE = ['EACCES', 'EPERM'];

/** Whether a connection failed for want of rights: those of the socket's file, or libvirt's own. */
export const isForbidden = ({ code, details }: HeraldError): boolean =>
  code === 'HERALD_LIBVIRT_AUTH' ||
  (code === 'HERALD_LIBVIRT_CONNECT' && FORBIDDEN_FILE.includes(String(details['errno'])));

const READ_ONLY = 'the connection is read-only: use the socket without "-ro"';
const FORBIDDEN = "libvirt's access control forbids it: see its polkit rules";

const remedyOf = (code: number): string =>
  code === LIBVIRT_CODES.OPERATION_DENIED
    ? `; ${READ_ONLY}`
    : code === LIBVIRT_CODES.ACCESS_DENIED
      ? `; ${FORBIDDEN}`
      : '';

/** The daemon's error in answer to a call. `about`: the domain, where the call was about one. */
export const refusedByLibvirt = (
  socket: string,
  procedure: string,
  about: string | undefined,
  remote: RemoteError,
): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_REFUSED',
    `libvirt at ${socket} refused ${procedure}${about === undefined ? '' : ` for ${about}`}: ` +
      `${remote.message ?? 'it says no more'} (libvirt error ${remote.code})${remedyOf(remote.code)}`,
    {
      details: {
        socket,
        procedure,
        guest: about,
        libvirtCode: remote.code,
        libvirtDomain: remote.domain,
      },
    },
  );

const connectRemedies: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket: is the libvirt daemon installed and started?',
  ECONNREFUSED: 'nothing listens there: start the libvirt daemon',
  EACCES: "run nic-herald as root, or as a user of the socket's group (often `libvirt`)",
  EPERM: "run nic-herald as root, or as a user of the socket's group (often `libvirt`)",
  EAGAIN: 'too many connections wait there: the libvirt daemon does not take them',
};

/** The socket could not be connected to. */
export const cannotConnect = (socket: string, problem: string, cause?: NodeJS.ErrnoException): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_CONNECT',
    `cannot connect to libvirt at ${socket}: ${problem}; ${connectRemedies[cause?.code ?? ''] ?? 'check the path'}`,
    { details: { socket, errno: cause?.code }, cause },
  );

/** The connection is over. */
export const connectionEnded = (socket: string, why: string, cause?: unknown): HeraldError =>
  new HeraldError('HERALD_LIBVIRT_DISCONNECTED', `the connection to libvirt at ${socket} ended: ${why}`, {
    details: { socket },
    cause,
  });

/** The daemon is there and does not answer; the connection was given up. */
export const daemonSilent = (
  socket: string,
  what: string,
  remedy = 'the daemon hangs or starts: see its log',
): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_SILENT',
    `libvirt at ${socket} ${what}; the connection was given up; ${remedy}`,
    { details: { socket } },
  );
