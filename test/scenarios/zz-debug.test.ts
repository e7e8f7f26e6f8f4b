import { it } from 'vitest';
import type { History, Move } from './history/move.js';
import { play } from './history/play.js';

const parse = (text: string): Move[] => text.split(';').map((each) => {
  const [what, ...a] = each.trim().split(' ');
  const n = Number(a[0]);
  switch (what) {
    case 'boot': return { do: 'boot', machine: n, host: a[1], held: a[2] === 'true' };
    case 'restore': return { do: 'restore', machine: n, host: a[1] };
    case 'begin': return { do: 'begin', machine: n, to: a[1] };
    case 'complete': return { do: 'complete', machine: n, downMs: Number(a[1]), leftFirst: a[2] === 'true', held: a[3] === 'true' };
    case 'card': return { do: 'card', machine: n, bits: Number(a[1]) };
    case 'speak': return { do: 'speak', machine: n, station: Number(a[1]) };
    case 'pass': return { do: 'pass', ms: n };
    case 'foreign': return { do: 'foreign', machine: n, epoch: Number(a[1]), isStamped: a[2] === 'true' };
    case 'die': case 'start': case 'end': case 'kill': case 'inspect': return { do: what, host: a[0] };
    default: return { do: what, machine: n };
  }
}) as unknown as Move[];

it('plays', async () => {
  const { H = '', LAT = '0', CLONED = '0', AGENTS = 'ABC' } = process.env;
  const world = await play({ cloned: CLONED === '1', latencyMs: Number(LAT), agents: [...AGENTS] as History['agents'] & string[], moves: parse(H) } as History);
  console.log(world.chronicle.lines.join('\n'));
}, 60000);
