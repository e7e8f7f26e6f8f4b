import { expect, test } from 'vitest';
import { filesBelow, packages, read } from './repository.js';

/** Who shows what of core a plugin's author needs: what comes with nic-herald, the examples, the template, the documents. */
const SHOWS = [
  /^packages\/(?:(?:model|monitor|ports|sink|learner|handoff)-[^/]+|control|metrics|qmp)\/src\/(?!.*\.test\.ts$).*\.ts$/,
  /^packages\/cli\/template\//,
  /^examples\//,
  /^docs\/[^/]+\.md$/,
  /^(?:packages\/[^/]+\/)?README\.md$/,
];

/** Nothing shows these, and an author has to be able to name them: parameters and results of the contract, and its tokens. */
const NAMED = new Set([
  ...[
    'AccompaniedAnnouncement',
    'Accompaniment',
    'AnnounceMode',
    'GuestPolicy',
    'HandoffClaim',
    'Refusal',
    'ReportArchive',
    'ReportCounts',
    'Resolver',
  ],
  ...[
    'GUEST_NOTES',
    'GuestNotes',
    'PluginRegistrar',
    'PortResolution',
    'KeyValueStore',
    'StoredEntry',
    'injectAll',
    'multiToken',
  ],
]);

const namesIn = (index: string): readonly string[] =>
  [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== ''),
  );

test('core exports what plugins, examples and documents use, and no more', () => {
  const files = [...packages(), 'examples', 'docs'].flatMap((folder) => filesBelow(folder));
  const shown = ['README.md', ...files]
    .filter((file) => SHOWS.some((shows) => shows.test(file)))
    .map(read)
    .join('\n');
  const words = new Set(shown.match(/\w+/g));
  const names = namesIn(read('packages/core/src/index.ts'));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !words.has(name) && !NAMED.has(name))).toEqual([]);
});
