import {
  type GuestIntake,
  type GuestMonitor,
  guestIdentity,
  isHeraldError,
  type MigrationEventBus,
  type NicDescriptor,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { HeardIntake } from './heard-intake.js';
import { DEFAULT_LIMIT_MS, mustEnd, outcomeOf } from './outcome.js';

const SELF_ANNOUNCEMENTS: readonly unknown[] = ['guest', 'nothing', 'perhaps-a-mirror'];

/** A monitor opened for one case, with one running guest that has at least one NIC; the contract starts and closes the monitor. */
export interface OpenedMonitor {
  readonly monitor: GuestMonitor;
  /** Stops the guest's CPUs. */
  readonly stop?: () => Promise<void>;
  /** Lets them run again. */
  readonly resume?: () => Promise<void>;
  /** Ends the guest's process. */
  readonly vanish?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What a monitor reports to. */
export interface MonitorSurroundings {
  /** Where it reports its guests: `GUEST_INTAKE`. */
  readonly intake: GuestIntake;
  /** Where it warns of what belongs to no guest: `MIGRATION_EVENT_BUS`. */
  readonly bus: MigrationEventBus;
}

/** A guest monitor, and how to come by one with a guest. */
export interface GuestMonitorContractOptions {
  /** Called for each case, with what a host gives its monitors. */
  readonly open: (host: MonitorSurroundings) => Promise<OpenedMonitor>;
  /** Why guests cannot be stopped, resumed and ended, where those are missing. */
  readonly noControl?: string;
  /** How long one call may take, and a fact may be waited for, ms of real time; default 2000. */
  readonly limitMs?: number;
}

type Watch = OpenedMonitor & { readonly heard: HeardIntake };

/** The contract of a guest monitor: `GuestMonitor`, `Guest` and what it reports, as a host relies on them. */
export const guestMonitorContract = ({
  open,
  noControl,
  limitMs = DEFAULT_LIMIT_MS,
}: GuestMonitorContractOptions): ContractSuite => {
  const opening = (name: string, run: (watch: Watch) => Promise<void>, skip?: string): ContractCase => ({
    name,
    ...(skip === undefined ? {} : { skip }),
    run: async () => {
      const heard = new HeardIntake(limitMs);
      const opened = await open({ intake: heard, bus: heard.bus });
      try {
        await run({ ...opened, heard });
      } finally {
        for (const time of ['first', 'second']) {
          await mustEnd(() => opened.monitor.close(), limitMs, `the ${time} \`close\` of the monitor`);
        }
        await opened.close();
      }
    },
  });
  const watching = (name: string, run: (watch: Watch) => Promise<void>, skip?: string): ContractCase =>
    opening(
      name,
      async (watch) => {
        await mustEnd(() => watch.monitor.start(new AbortController()), limitMs, '`start`');
        await run(watch);
      },
      skip,
    );
  const controlled = async (act: (() => Promise<void>) | undefined): Promise<void> => {
    if (act === undefined)
      throw contractBroken('no `stop`, `resume` or `vanish` was given, and no reason in `noControl`');
    await act();
  };
  return {
    name: 'the contract of a guest monitor',
    cases: [
      opening('has a name', async ({ monitor }) =>
        demand(monitor.name !== '', '`name` is empty: it must be unique on a host'),
      ),
      opening('gives up its start when it is told to', async ({ monitor }) => {
        const outcome = await outcomeOf(
          () => monitor.start({ signal: AbortSignal.abort() }),
          limitMs,
          '`start` went on though its signal was aborted',
        );
        demand(
          'thrown' in outcome && isHeraldError(outcome.thrown),
          `\`start\` with an aborted signal ${'thrown' in outcome ? `rejected with ${inWords(outcome.thrown)}` : 'resolved'}: a HeraldError is wanted`,
        );
      }),
      watching('has reported the guest that was there when its start is over', async ({ heard }) => {
        const appeared = heard.all('appeared');
        demand(
          appeared.length === 1,
          `\`start\` resolved and \`intake.appeared\` was called ${appeared.length} times: once for each guest is wanted, before it resolves`,
        );
        for (const { guest, phase } of appeared) {
          demand(phase === 'running', `the guest runs, and \`phase\` is ${quote(phase)}: running is wanted`);
          demand(guest.instance !== '', '`guest.instance` is empty: it must be unique on this host');
          demand(
            Object.keys(guestIdentity(guest.identity)).length === Object.keys(guest.identity).length,
            `\`guest.identity\` is ${quote(guest.identity)}: make it with \`guestIdentity\`, which leaves out what is nil, empty or malformed`,
          );
          demand(
            guest.hypervisor.name !== '' && guest.hypervisor.version !== '',
            '`guest.hypervisor` lacks its name or version: models look up known faults by them',
          );
        }
      }),
      watching("lists the guest's NICs, and reads them", async ({ heard }) => {
        const { guest } = await heard.first('appeared', '`intake.appeared` was not called');
        const nics = await mustEnd(() => guest.nics(new AbortController()), limitMs, '`guest.nics`');
        demand(nics.length > 0, '`guest.nics` is empty: the guest of this contract has at least one');
        demand(new Set(nics.map(({ id }) => id)).size === nics.length, '`guest.nics` has two NICs of one id');
        const told: unknown = await mustEnd(
          async () => guest.selfAnnouncement?.(new AbortController()),
          limitMs,
          '`guest.selfAnnouncement`',
        );
        demand(
          told === undefined || SELF_ANNOUNCEMENTS.includes(told),
          `\`guest.selfAnnouncement\` gave ${quote(told)}: one of ${SELF_ANNOUNCEMENTS.join(', ')} is wanted`,
        );
        for (const nic of nics) {
          demandNic(nic);
          const device = guest.inspect(nic);
          demand(
            device.nic.id === nic.id,
            `\`inspect\` of ${nic.id} gave the reader of ${quote(device.nic)}`,
          );
          for (const [what, read] of [
            ['receiveFilter', () => device.receiveFilter(new AbortController())],
            ['regions', () => device.regions(new AbortController())],
            [
              'property',
              () => device.property('nic-herald-contract-no-such-property', new AbortController()),
            ],
            ['readWords', () => device.readWords([{ address: 1, words: 0 }], new AbortController())],
          ] as const) {
            const outcome = await outcomeOf<unknown>(read, limitMs, `\`${what}\` of ${nic.id} did not end`);
            demand(
              !('thrown' in outcome) || isHeraldError(outcome.thrown),
              `\`${what}\` of ${nic.id} rejected with ${'thrown' in outcome ? inWords(outcome.thrown) : ''}: a HeraldError is wanted`,
            );
          }
        }
      }),
      watching(
        'reports when the CPUs stop and run',
        async ({ heard, stop, resume }) => {
          await controlled(stop);
          await heard.first('stopped', 'the CPUs stopped, and `intake.stopped` was not called');
          await controlled(resume);
          const { resumedAt, readAt } = await heard.first(
            'resumed',
            'the CPUs run again, and `intake.resumed` was not called',
          );
          demand(
            Number.isFinite(resumedAt) && Number.isFinite(readAt),
            `\`intake.resumed\` has resumedAt ${quote(resumedAt)} and readAt ${quote(readAt)}: both are ms since 1970`,
          );
        },
        noControl,
      ),
      watching(
        'reports when the guest is gone',
        async ({ heard, vanish }) => {
          const { guest } = await heard.first('appeared', '`intake.appeared` was not called');
          await controlled(vanish);
          const gone = await heard.first('gone', 'the guest ended, and `intake.gone` was not called');
          demand(
            gone.guest.instance === guest.instance,
            `\`intake.gone\` names the instance ${quote(gone.guest.instance)}, \`intake.appeared\` named ${quote(guest.instance)}`,
          );
        },
        noControl,
      ),
      watching(
        'tells the bus of nothing but trouble',
        async ({ heard, stop, resume }) => {
          await controlled(stop);
          await heard.first('stopped', 'the CPUs stopped, and `intake.stopped` was not called');
          await controlled(resume);
          await heard.first('resumed', 'the CPUs run again, and `intake.resumed` was not called');
          const facts = heard.onTheBus.filter((event) => event !== 'warning');
          demand(
            facts.length === 0,
            `${quote(facts)} was told on the bus: a monitor reports to the intake, and the host tells the bus`,
          );
        },
        noControl,
      ),
      watching(
        'reports nothing after it was closed',
        async ({ heard, monitor, stop }) => {
          await mustEnd(() => monitor.close(), limitMs, '`close`');
          const before = heard.all('stopped').length;
          await controlled(stop);
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
          demand(
            heard.all('stopped').length === before,
            '`intake.stopped` was called after `close`: a closed monitor keeps silent',
          );
        },
        noControl,
      ),
    ],
  };
};

const demandNic = (nic: NicDescriptor): void => {
  demand(nic.id !== '' && nic.type !== '', `the NIC ${quote(nic)} lacks its \`id\` or \`type\``);
  demand(
    MacAddress.is(nic.primaryMac),
    `\`primaryMac\` of ${nic.id} is ${quote(nic.primaryMac)}, not a MAC in lower case with colons`,
  );
  demand(
    nic.backend !== undefined || nic.port !== undefined || (nic.portProblem ?? '') !== '',
    `${nic.id} has no \`backend\` and no \`portProblem\`: say what the hypervisor says of its host end, or why it has none, for people`,
  );
};
