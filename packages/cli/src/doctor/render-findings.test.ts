import { expect, it } from 'vitest';
import { renderFindings } from './render-findings.js';

it('says what is wrong, what to do, and where to look first', () => {
  const text = renderFindings(
    [
      { subject: 'Node.js', level: 'ok', what: '20.20.2' },
      {
        subject: 'sink-linux',
        level: 'problem',
        what: 'no BPF',
        advice: 'run as root',
        code: 'HERALD_SINK_UNAVAILABLE',
      },
      { subject: 'sink-linux', level: 'problem', what: 'no veth' },
      { subject: 'acme\u001b[31m', level: 'note', what: 'red\u001b[31m' },
    ],
    { color: false },
  );
  expect(text).toBe(`\
ok  Node.js     20.20.2
no  sink-linux  no BPF: run as root (HERALD_SINK_UNAVAILABLE)
no  sink-linux  no veth
--  acme\\x1b[31m  red\\x1b[31m

nic-herald cannot do all its work here: see sink-linux.
`);
});

it('says so where nothing is wrong, and breaks what is long', () => {
  const what = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  const lines = renderFindings([{ subject: 'x', level: 'note', what }], { color: false }).split('\n');
  expect(lines.slice(0, 3).every((line) => line.length <= 100)).toBe(true);
  expect(lines[1]).toMatch(/^ {7}word/);
  expect(lines.at(-2)).toContain('nic-herald can run here.');
});
