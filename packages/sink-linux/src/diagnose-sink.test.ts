import { expect, it } from 'vitest';
import { diagnoseSink } from './diagnose-sink.js';
import type { LinuxSinkProbe } from './probe-linux-sink.js';

const refused = { usable: false, code: 'HERALD_SINK_UNAVAILABLE', message: 'bpf says EPERM' } as const;

it.each<[string, LinuxSinkProbe, readonly string[]]>([
  ['nothing is held', { ...refused, missing: ['CAP_NET_ADMIN', 'CAP_BPF'] }, ['problem', 'problem']],
  ['all is held and the kernel refuses', { ...refused, missing: [] }, ['ok', 'problem']],
  ['all is well', { usable: true, missing: [] }, ['ok', 'ok', 'ok']],
])('%s', (_, probe, levels) => {
  const findings = diagnoseSink({}, { sink: probe });
  expect(findings.map(({ level }) => level)).toEqual(levels);
  for (const name of probe.missing) expect(findings[0]?.what).toContain(name);
  if (!probe.usable)
    expect(findings[1]).toMatchObject({ code: probe.code, what: expect.stringContaining('EPERM') as string });
});

it.each<[string, boolean, string | undefined, object]>([
  [
    'the kernel refuses its programs',
    true,
    'bpf(BPF_PROG_LOAD) failed: EACCES',
    {
      level: 'note',
      code: 'HERALD_TRIGGER_UNAVAILABLE',
      what: expect.stringMatching(/sent by the agent.*EACCES$/) as string,
    },
  ],
  [
    'it is turned off',
    false,
    undefined,
    { level: 'note', what: expect.stringContaining('inKernel is false') as string },
  ],
  [
    'it works',
    true,
    undefined,
    { level: 'ok', what: expect.stringContaining('leave in the kernel') as string },
  ],
])('says by whom frames are sent where %s', (_, inKernel, triggerRefusal, finding) => {
  const sink: LinuxSinkProbe = { usable: true, missing: [] };
  expect(diagnoseSink({ inKernel }, { sink, triggerRefusal })[2]).toMatchObject(finding);
});
