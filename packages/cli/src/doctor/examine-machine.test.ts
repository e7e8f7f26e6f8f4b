import { describe, expect, it } from 'vitest';
import { type Finding, nodeFinding } from './examine-machine.js';
import { renderFindings } from './render-findings.js';

describe('doctor', () => {
  it.each([
    ['18.20.0', 'missing'],
    ['20.18.9', 'missing'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
    ['nonsense', 'missing'],
  ])('judges Node.js %s as %s', (version, state) => {
    expect(nodeFinding(version).state).toBe(state);
  });

  it('says what is missing, and that nic-herald cannot run', () => {
    const findings: readonly Finding[] = [
      { subject: 'Node.js', state: 'ok', text: '20.20.2' },
      { subject: 'sink', state: 'missing', text: 'none: no BPF (HERALD_SINK_UNAVAILABLE)' },
      { subject: 'agents', state: 'note', text: 'none' },
    ];
    expect(renderFindings(findings, { color: false })).toBe(`\
ok  Node.js     20.20.2
no  sink        none: no BPF (HERALD_SINK_UNAVAILABLE)
--  agents      none

nic-herald cannot run here: see sink.
`);
  });
});
