import type { Port, PortAttachment, PortResolution } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { soundVlans } from './sound-vlans.js';

/** Most characters of the names of a port. */
const MAX_NAME = 256;
/** Most characters told of why there is no port. */
const MAX_PROBLEM = 500;
const MAX_UPLINKS = 64;

/** A resolution is another's word: a copy of what makes sense of it. Throws where it is neither a port nor a problem. */
export const soundResolution = (given: unknown): PortResolution => {
  const { port, problem } = (given ?? {}) as { readonly port?: unknown; readonly problem?: unknown };
  if (port === undefined && typeof problem === 'string') return { problem: boundedProblem(problem) };
  return { port: soundPort(port) };
};

/**
 * A copy of a port, with what makes sense of its attachment. Frozen: every sink and learner is shown it. Throws where it is no
 * port.
 */
export const soundPort = (given: unknown): Port => {
  const { kind, name, namespace, index, attachment } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (!isName(kind) || !isName(name)) {
    throw new TypeError(`a port has a kind and a name of 1 to ${MAX_NAME} characters, and this has not`);
  }
  if (namespace !== undefined && !isName(namespace)) {
    throw new TypeError(`the network namespace of ${name} is no text of 1 to ${MAX_NAME} characters`);
  }
  if (index !== undefined && !isIndex(index)) throw new TypeError(`the number of ${name} is no number`);
  return Object.freeze({
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(index === undefined ? {} : { index }),
    ...(attachment === undefined ? {} : { attachment: soundAttachment(attachment) }),
  });
};

/** As much of it as people read. */
export const boundedProblem = (problem: string): string =>
  problem.length <= MAX_PROBLEM ? problem : `${problem.slice(0, MAX_PROBLEM)}...`;

/** A member that makes no sense is not known. */
const soundAttachment = (given: unknown): PortAttachment => {
  const { network, vlans, carries, opensOn, uplinks, learns, alone, forwards, ...rest } = (given ??
    {}) as Readonly<Record<string, unknown>>;
  const { switch: within, receives } = rest;
  const carried = soundVlans(carries);
  return {
    ...(isName(network) ? { network } : {}),
    ...(isName(within) ? { switch: within } : {}),
    ...(vlans === 'aware' || vlans === 'unaware' ? { vlans } : {}),
    ...(carried === undefined ? {} : { carries: carried }),
    ...(typeof receives === 'string' && isMac(receives) ? { receives } : {}),
    ...(opensOn === 'rarp' ? { opensOn } : {}),
    ...(Array.isArray(uplinks)
      ? { uplinks: uplinks.filter((each) => isName(each)).slice(0, MAX_UPLINKS) }
      : {}),
    ...(typeof learns === 'boolean' ? { learns } : {}),
    ...(typeof alone === 'boolean' ? { alone } : {}),
    ...(typeof forwards === 'boolean' ? { forwards } : {}),
  };
};

const isMac = (text: string): text is MacAddress => MacAddress.parse(text) === text;

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME;

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
