import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.js';

const example = readFileSync(new URL('../../../../examples/herald.yaml', import.meta.url), 'utf8');
/** The example with every option that it only shows switched on. */
const allOptions = example.replace(/^(\s*)#(\s{0,6}(?:- \{ )?[\w'"-]+:)/gm, '$1$2');

describe('examples/herald.yaml', () => {
  it('is valid as it stands', () => {
    expect(parseConfig(example, 'herald.yaml')).toHaveProperty('config');
  });

  it('is valid with every option it shows', () => {
    const parsed = parseConfig(allOptions, 'herald.yaml');
    expect(parsed).toMatchObject({
      config: {
        plugins: [
          { use: 'acme-nic' },
          { with: { queue: 64 } },
          { enabled: false },
          { with: { nicPollMs: 2000 } },
        ],
        monitors: { qemu: { enableMigrationEvents: true }, libvirt: { readOnly: false } },
        handoff: { libvirt: {} },
        announce: { vlans: [{ kinds: ['rarp'] }, { preset: 'evpn' }], pacing: { burst: 64 } },
        mode: 'observe',
        guests: { 'untrusted-1': { trust: 'primary', mode: 'announce' } },
        control: { socket: '/run/nic-herald/A.sock' },
      },
    });
  });
});
