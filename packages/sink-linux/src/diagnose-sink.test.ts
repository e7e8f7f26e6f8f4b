import { expect, it } from 'vitest';
import { diagnoseSink } from './diagnose-sink.js';
import type { LinuxSinkProbe } from './probe-linux-sink.js';

const refused = { usable: false, code: 'HERALD_SINK_UNAVAILABLE', message: 'bpf says EPERM' } as const;

it.each<[string, LinuxSinkProbe, readonly string[]]>([
  ['nothing is held', { ...refused, missing: ['CAP_NET_ADMIN', 'CAP_BPF'] }, ['problem', 'problem']],
  ['all is held and the kernel refuses', { ...refused, missing: [] }, ['ok', 'problem']],
  ['all is well', { usable: true, missing: [] }, ['ok', 'ok']],
])('%s', (_, probe, levels) => {
  const findings = diagnoseSink(probe);
  expect(findings.map(({ level }) => level)).toEqual(levels);
  for (const name of probe.missing) expect(findings[0]?.what).toContain(name);
  if (!probe.usable)
    expect(findings[1]).toMatchObject({ code: probe.code, what: expect.stringContaining('EPERM') as string });
});
