import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { rarpFrom } from '../conformance/rarp-from.js';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';
import { NetworkSandbox } from '../privileged/network-sandbox.js';
import { SinkDriver } from '../privileged/sink-driver.js';
import type { KernelCase } from './kernel-case.js';

const QEMU = MacAddress.of('52:54:00:bb:00:01');
/** Long enough for an emulated processor. */
const LEFT_MS = 300;

const ours = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const mac = MacAddress.of(`52:54:00:aa:00:${index.toString(16).padStart(2, '0')}`);
    return hexOf(rarpFrom(mac, index % 3 === 1 ? VlanId.of(10 + index) : undefined));
  });

const hexOf = (frame: Uint8Array): string => Buffer.from(frame).toString('hex');

/** So long a step may take where the processor is emulated, ms. */
const STEP_MS = 120_000;

const within = <T>(work: Promise<T>, otherwise: string): Promise<T> =>
  Promise.race([
    work,
    sleep(STEP_MS, undefined, { ref: false }).then((): never => {
      throw new LabFault(otherwise);
    }),
  ]);

/** Linux before 5.11 compares no pointers for a process without CAP_PERFMON: the agent announces there, and says why. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const wantsPerfmon = major === 5 && minor < 11;

/** The ways in which the programs are tried: each is loaded and set off. */
const WAYS: readonly { readonly name: string; readonly without?: readonly string[]; readonly tcx?: false }[] =
  [
    { name: 'without CAP_PERFMON', without: ['perfmon', 'sys_admin'] },
    { name: 'as root, without tcx', tcx: false },
  ];

/** Announcements that leave in the kernel: its verifier takes the programs, and they do what they should. */
export const triggerCase: KernelCase = {
  name: 'kernel-trigger',
  summary: 'frames leave when QEMU announces: verifier, order, no CAP_PERFMON, a full backlog',
  run: async () => {
    const faults: string[] = [];
    const notes: string[] = [];
    for (const { name, without = [], tcx = true } of WAYS) {
      console.log(name);
      process.env['HERALD_TEST_TCX'] = tcx ? 'yes' : 'no';
      const host = new NetworkSandbox(['tap0']);
      try {
        const driver = new SinkDriver(host, without);
        await within(driver.hold('tap0'), `${name}: the sink's process does not start`);
        await within(driver.start(), `${name}: the sink does not start`);
        await driver.open('tap0');
        notes.push(`${name}: ${JSON.stringify(await driver.kernelPath())}`);
        for (const [what, count, backlog] of [
          ['all of it', 200, 1000],
          ['a full backlog', 100, 20],
        ] as const) {
          const frames = ours(count);
          const recorded = await host.capture('wire0', count + 1);
          const answer = await driver.arm('tap0', frames, { holdUs: 20_000 });
          if (answer !== 'armed') {
            const isWanted = wantsPerfmon && without.includes('perfmon') && answer.refusal.includes('EACCES');
            if (!isWanted) faults.push(`${name}, ${what}: not armed: ${answer.refusal}`);
            break;
          }
          await runProgram('sysctl', ['-qw', `net.core.netdev_max_backlog=${backlog}`]);
          await driver.write('tap0', hexOf(rarpFrom(QEMU)));
          await sleep(LEFT_MS);
          await runProgram('sysctl', ['-qw', 'net.core.netdev_max_backlog=1000']);
          const taken = await driver.go('tap0');
          notes.push(`${name}, ${what}: ${JSON.stringify(taken)}`);
          if (taken.firedBy !== 'kernel') faults.push(`${name}, ${what}: not set off`);
          else if (backlog === 1000 && taken.sent !== count)
            faults.push(`${name}, ${what}: ${taken.sent} of ${count} left`);
          const seen = (await within(recorded(), `${name}, ${what}: not all frames left`)).map(hexOf);
          const wanted = [hexOf(rarpFrom(QEMU)), ...frames];
          const wrong = wanted.findIndex((frame, index) => seen[index] !== frame);
          if (wrong >= 0) faults.push(`${name}, ${what}: frame ${wrong} on the wire is ${seen[wrong]}`);
        }
        await driver.close();
      } finally {
        host.remove();
      }
    }
    return { faults, notes };
  },
};
