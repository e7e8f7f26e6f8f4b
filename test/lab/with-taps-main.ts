// Opens taps and macvtaps as libvirt does and becomes another program, which has them open as descriptors: `[["tap0",2]]` PROGRAM ...,
// where `@tap0:1@` in an argument stands for the descriptor of the second queue of tap0.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { isMacvtap, openMacvtap } from '../privileged/open-macvtap.js';
import { openTap } from '../privileged/open-tap.js';

const library = koffi.load(null);
const fcntl = library.func('int fcntl(int, int, int)') as (
  fd: number,
  command: number,
  value: number,
) => number;
const execvp = library.func('int execvp(const char *, const char **)') as (
  file: string,
  argv: readonly (string | null)[],
) => number;
/** IFF_TAP, IFF_NO_PI and IFF_VNET_HDR. */
const TAP = 0x5002;
const IFF_MULTI_QUEUE = 0x100;
const F_SETFD = 2;

/** Reaped once the program that this becomes, and so this process, has ended: its device must have a name as long as it is open. */
const devices = join(tmpdir(), `nhlab${process.pid}-macvtaps`);

const openQueue = (name: string, flags: number): number => {
  const fd = isMacvtap(name) ? openMacvtap(name, devices) : openTap(name, flags);
  fcntl(fd, F_SETFD, 0); // kept over exec
  return fd;
};

const [taps = '[]', ...command] = process.argv.slice(2);
const descriptors = new Map(
  (JSON.parse(taps) as readonly (readonly [name: string, queues: number])[]).map(([name, queues]) => [
    name,
    Array.from({ length: queues }, () => openQueue(name, queues > 1 ? TAP | IFF_MULTI_QUEUE : TAP)),
  ]),
);
const filled = command.map((argument) =>
  argument.replaceAll(/@([^:@]+):(\d+)@/g, (_, name: string, queue: string) =>
    String(descriptors.get(name)?.[Number(queue)] ?? `no-queue-${queue}-of-${name}`),
  ),
);
console.log(JSON.stringify(Object.fromEntries(descriptors)));
execvp(filled[0] ?? '', [...filled, null]);
throw new TypeError(`cannot become ${filled[0]}: errno ${koffi.errno()}`);
