import { afterEach, describe, expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import type { RacedRound } from './trigger-race-main.js';

const missing = privilegeMissing();
const ROUNDS = Number(process.env['HERALD_RACE_ROUNDS'] ?? 10_000);
const FRAMES = 16;
const SLACK = 2000;

describe.skipIf(missing)(`races for an armed announcement${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const sandboxes: NetworkSandbox[] = [];
  afterEach(() => {
    for (const made of sandboxes.splice(0)) made.remove();
  });

  it(`have one winner, no frame twice and none lost, in ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const host = new NetworkSandbox([]);
    sandboxes.push(host);
    host.ip('tuntap add tap0 mode tap multi_queue');
    host.ip('link set tap0 master br0');
    host.ip('link set dev tap0 type bridge_slave learning off');
    host.ip('link set tap0 up');
    const total = ROUNDS * (FRAMES + 2);
    const recorded = await host.capture('wire0', total + SLACK);
    const main = new URL('trigger-race-main.ts', import.meta.url).pathname;
    const racer = host.spawn([
      process.execPath,
      '--conditions=nic-herald:source',
      '--import',
      'tsx',
      main,
      String(ROUNDS),
      String(2 * SLACK),
    ]);
    let said = '';
    let complaints = '';
    racer.stdout?.on('data', (text: Uint8Array) => {
      said += String(text);
    });
    racer.stderr?.on('data', (text: Uint8Array) => {
      complaints += String(text);
    });
    await new Promise((resolve) => racer.once('close', resolve));
    expect(said, complaints).not.toBe('');
    const seen = new Map<string, number>();
    let triggers = 0;
    for (const frame of await recorded()) {
      const source = Buffer.from(frame.subarray(6, 12)).toString('hex');
      if (source === '525400bb0001') triggers += 1;
      else if (source !== 'eeeeeeeeeeee') seen.set(source, (seen.get(source) ?? 0) + 1);
    }
    const rounds = JSON.parse(said) as readonly RacedRound[];
    const wanted = new Map(
      rounds.flatMap(({ plan }, at) =>
        Array.from({ length: FRAMES }, (_, index): [string, number] => [
          `5254${(at + 1).toString(16).padStart(6, '0')}${plan}${index.toString(16)}`,
          1,
        ]),
      ),
    );
    const wrong = [...new Set([...seen.keys(), ...wanted.keys()])].filter(
      (mac) => seen.get(mac) !== wanted.get(mac),
    );
    const by = (owner: RacedRound['owner'], plan: number): number =>
      rounds.filter((each) => each.owner === owner && each.plan === plan).length;
    expect({
      triggers,
      wrong: wrong.map((mac) => [mac, seen.get(mac) ?? 0, rounds[Number.parseInt(mac.slice(4, 10), 16) - 1]]),
    }).toEqual({ triggers: 2 * ROUNDS, wrong: [] });
    expect({ kernel: by('kernel', 0) > 0, agent: by('agent', 0) > 0, newer: by('kernel', 1) > 0 }).toEqual({
      kernel: true,
      agent: true,
      newer: true,
    });
  });
});
