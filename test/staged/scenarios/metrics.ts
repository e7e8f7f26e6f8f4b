import { spawnSync } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../lab/run-program.js';
import { waitUntil } from '../../lab/wait-until.js';
import { migrate, webRuns } from '../guest-scenes.js';
import { web, webGuest } from '../played-guest.js';
import { scrape, seriesIn } from '../scrape.js';
import type { StagedAgent } from '../staged-agent.js';
import type { StagedCase } from '../staged-case.js';
import { type StagedRig, withRig } from '../staged-rig.js';

const port = 9199;

/** After a migration the numbers of a real agent are those of its report, and Prometheus' own tool finds nothing wrong. */
const afterMigration: StagedCase = {
  name: 'metrics-after-migration',
  summary: 'a guest migrates: both agents are scraped, by socket and by port, and tell what happened',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const faults: string[] = [];
      const notes: string[] = [];
      const expect = (what: string, got: unknown, wanted: unknown): void => {
        if (got !== wanted) faults.push(`${what}: ${String(got)}, and should be ${String(wanted)}`);
      };
      const [A, B] = [await rig.agent('A', configOf(rig, 'A')), await rig.agent('B', configOf(rig, 'B'))];
      const source = await webRuns(rig, 'A');
      const spoken = (await numbersOf(rig, 'A')).get('nic_herald_learned_stations') ?? 0;
      if (spoken === 0) faults.push("no station is in the learner's table on A, where the guest spoke");
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed(2);
      expect('guests armed', (await numbersOf(rig, 'B')).get('nic_herald_guests{residence="armed"}'), 1);
      await migrate(source, destination);
      const report = await B.report();
      await counted(rig, B);
      const series = await numbersOf(rig, 'B');
      const of = (name: string): number | undefined => series.get(`nic_herald_${name}`);
      const last = 'resume_to_last_frame_seconds';
      const stations = new Set(
        report.nics.flatMap(({ nic, announced, added }) =>
          [...announced, ...added].map(({ station }) => `${nic} ${station.mac} ${station.vlan ?? ''}`),
        ),
      );
      const refused = report.nics
        .flatMap(({ refused: all }) => all)
        .reduce((sum, { count = 1 }) => sum + count, 0);
      const allRefused = [...series].filter(([name]) => name.startsWith('nic_herald_refusals_total'));
      expect('migrations', of('migrations_total{outcome="announced"}'), 1);
      expect('announcements', of('announcements_total{cause="migration",outcome="announced"}'), 1);
      expect('stations', of('stations_announced_total'), stations.size);
      expect(
        'refusals',
        allRefused.reduce((sum, [, value]) => sum + value, 0),
        refused,
      );
      expect('times of the last frame', of(`${last}_count`), 1);
      const tookSeconds = ((report.lastFrameAt ?? Number.NaN) - (report.resumedAt ?? Number.NaN)) / 1000;
      const told = of(`${last}_sum`) ?? Number.NaN;
      if (!(Math.abs(told - tookSeconds) < 1e-6)) faults.push(`${last}: ${told}, reported ${tookSeconds}`);
      const frames = report.rounds.reduce((sum, round) => sum + round.frames, 0);
      if ((of('frames_sent_total') ?? 0) < frames)
        faults.push(`${of('frames_sent_total')} frames of ${frames}`);
      expect('ages of entries', of('handoff_entry_age_seconds_count'), 1);
      expect('guests', of('guests{residence="resident"}'), 1);
      expect('NICs with a port', of('nics{port="found"}'), 1);
      expect('the monitor', of('monitor_up{monitor="qemu"}'), 1);
      expect('the sink', of('sink_up{sink="linux-tap"}'), 1);
      expect('the store', of('handoff_store_up{store="directory"}'), 1);
      expect('ready', of('ready'), 1);
      const left = await numbersOf(rig, 'A');
      expect(
        'migrations that left',
        left.get('nic_herald_hypervisor_migrations_total{side="source",status="completed"}'),
        1,
      );
      expect('migrations to A', left.get('nic_herald_migrations_total{outcome="announced"}'), 0);
      await checkText(rig, faults, notes);
      await checkReadiness(rig, faults);
      await Promise.all([A.stop(), B.stop()]);
      return { faults, notes };
    }),
};

const socketOf = (rig: StagedRig, host: 'A' | 'B'): string => join(rig.directory, `${host}.metrics`);

const configOf = (rig: StagedRig, host: 'A' | 'B') => ({
  config: `metrics: { listen: '127.0.0.1:${port}', socket: ${socketOf(rig, host)} }\n`,
});

const numbersOf = async (rig: StagedRig, host: 'A' | 'B'): Promise<ReadonlyMap<string, number>> =>
  seriesIn((await scrape(socketOf(rig, host), '/metrics')).body);

/** Facts are told when no frame is due: two seconds later at most. */
const counted = (rig: StagedRig, agent: StagedAgent): Promise<unknown> =>
  agent.until('to count the migration', 6000, async () => {
    const count = (await numbersOf(rig, 'B')).get('nic_herald_migrations_total{outcome="announced"}');
    return count === 1 ? count : undefined;
  });

/** Over the port, in both formats; and what Prometheus' own tool says of the text, where the machine has it. */
const checkText = async (rig: StagedRig, faults: string[], notes: string[]): Promise<void> => {
  const url = `http://127.0.0.1:${port}/metrics`;
  const script = `const r = await fetch('${url}', { headers: { accept: 'application/openmetrics-text' } });
    process.stdout.write(r.headers.get('content-type') + '\\n' + (await r.text()));`;
  const command = [
    'netns',
    'exec',
    rig.namespace('B'),
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ];
  const answer = await runProgram('ip', command);
  if (!answer.startsWith('application/openmetrics-text; version=1.0.0'))
    faults.push(`over the port: ${answer}`);
  if (!answer.endsWith('# EOF\n')) faults.push('the OpenMetrics text has no end');
  const { body } = await scrape(socketOf(rig, 'B'), '/metrics');
  for (const secret of [webGuest.name, webGuest.uuid, web.primary]) {
    if (secret !== undefined && body.includes(secret)) faults.push(`the text names ${secret}`);
  }
  const { error, status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
    input: body,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (error !== undefined) notes.push('promtool is not here: the text was not checked by it');
  else if (status !== 0 || `${stdout}${stderr}` !== '') faults.push(`promtool: ${stdout}${stderr}`);
  else notes.push('promtool check metrics finds nothing');
};

/** A hand-off directory that goes away is found out within the time for which an answer counts. */
const checkReadiness = async (rig: StagedRig, faults: string[]): Promise<void> => {
  const ready = () => scrape(socketOf(rig, 'B'), '/readyz');
  if ((await ready()).status !== 200) faults.push(`not ready: ${(await ready()).body}`);
  await rename(rig.handoff, `${rig.handoff}.away`);
  const wanted = { part: 'handoff', name: 'directory' };
  const answer = await waitUntil('/readyz to tell of it', { timeoutMs: 20_000, everyMs: 500 }, async () => {
    const { status, body } = await ready();
    return status === 503 ? body : undefined;
  });
  const { problems } = JSON.parse(answer) as { problems: readonly (typeof wanted)[] };
  const isTold = problems.some(({ part, name }) => part === wanted.part && name === wanted.name);
  if (!isTold || answer.includes(rig.handoff)) faults.push(`/readyz: ${answer}`);
  if ((await scrape(socketOf(rig, 'B'), '/healthz')).status !== 200) faults.push('/healthz does not say ok');
  await rename(`${rig.handoff}.away`, rig.handoff);
  await waitUntil('/readyz to be well again', { timeoutMs: 20_000, everyMs: 500 }, async () =>
    (await ready()).status === 200 ? true : undefined,
  );
};

export const metrics: readonly StagedCase[] = [afterMigration];
