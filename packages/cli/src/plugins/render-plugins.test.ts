import { expect, it } from 'vitest';
import { renderPlugins } from './render-plugins.js';

const registration = (token: string, implementation: string, startMs?: number) => ({
  token,
  cardinality: 'many' as const,
  implementation,
  constructMs: 0.26,
  ...(startMs === undefined ? {} : { startMs }),
});

it('tells of each plugin whence it came, what it brings and how long that took', () => {
  const text = renderPlugins(
    {
      host: 'A',
      plugins: [
        {
          plugin: 'acme-nic',
          contract: 2,
          origin: { package: '@acme/nic', version: '1.2.3', path: '/srv/acme/index.js' },
          source: 'path',
          because: 'plugins.0 (h.yaml:3)',
          registrations: [
            registration('core/nic-model', 'acme'),
            registration('core/announce-handler', 'acme'),
            registration('core/nic-model', 'acme\u001b[31m', 3),
          ],
        },
        { plugin: 'alone', contract: 2, registrations: [] },
      ],
      leftOut: [{ plugin: '@nic-herald/sink\u001b[31m', because: 'plugins.1 (h.yaml:4)' }],
    },
    { color: false, running: true },
  );
  expect(text.split('\n')).toEqual([
    'host A: 2 plugins, running',
    '',
    'acme-nic 1.2.3 (contract 2)',
    '  from        /srv/acme/index.js (path)',
    '  because     plugins.0 (h.yaml:3)',
    '  package     @acme/nic',
    '  brings      core/nic-model: acme, acme\\x1b[31m',
    '              core/announce-handler: acme',
    '  took        0.8 ms to construct, 3.0 ms to start',
    '',
    'alone (contract 2)',
    '',
    '@nic-herald/sink\\x1b[31m',
    '  left out    by plugins.1 (h.yaml:4)',
    '',
  ]);
});
