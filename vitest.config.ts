import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, so tests need no build.
const conditions = ['nic-herald:source', ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/lab/**'],
    // tests of the kernel start a process each, which takes seconds where others keep the machine busy
    testTimeout: 20_000,
    // by default one less than there are processors, which of two is one
    maxWorkers: Math.max(2, availableParallelism() - 1),
    hookTimeout: 20_000,
    reporters: ['default', './scripts/plain-reporter.mjs'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['packages/*/src/**/index.ts', '**/*.test.ts'],
      reporter: ['text', 'html', 'lcov'],
      reportsDirectory: '.cache/coverage',
    },
  },
});
