// Tests see what they need.
const tests = '\\.test\\.ts$|^packages/[^/]+/test/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'wire-alone',
      comment: 'wire is pure bytes: it knows no other package',
      severity: 'error',
      from: { path: '^packages/wire/' },
      to: { path: '^packages/(?!wire/)' },
    },
    {
      name: 'wire-and-linux-sys-without-di',
      severity: 'error',
      from: { path: '^packages/(wire|linux-sys)/' },
      to: { path: '^packages/(?!(wire|linux-sys)/)' },
    },
    {
      name: 'core-sees-wire-only',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: '^packages/(?!(core|wire)/)' },
    },
    {
      name: 'no-io-in-core-and-wire',
      severity: 'error',
      from: { path: '^packages/(core|wire)/src/', pathNot: tests },
      // a hash is computed: nothing is read or written for it
      to: { dependencyTypes: ['core'], pathNot: '^crypto$' },
    },
    {
      name: 'plugin-sees-core-wire-and-libraries-only',
      comment: 'libraries are what several plugins stand on; plugins never see each other',
      severity: 'error',
      from: {
        path: '^packages/((?:model|handoff|ports|sink|learner|monitor)-[^/]+|control|metrics|proof)/',
        pathNot: tests,
      },
      to: {
        path: '^packages/',
        pathNot: '^packages/($1|core|wire|qmp|libvirt|reports|linux-sys|local-http)/',
      },
    },
    {
      name: 'handoff-libvirt-sees-core-wire-and-libvirt-only',
      severity: 'error',
      from: { path: '^packages/handoff-libvirt/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(handoff-libvirt|core|wire|libvirt)/' },
    },
    {
      name: 'libvirt-sees-core-only',
      severity: 'error',
      from: { path: '^packages/libvirt/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(libvirt|core)/' },
    },
    {
      name: 'reports-sees-core-only',
      severity: 'error',
      from: { path: '^packages/reports/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(reports|core)/' },
    },
    {
      name: 'local-http-sees-core-only',
      severity: 'error',
      from: { path: '^packages/local-http/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(local-http|core)/' },
    },
    {
      name: 'qmp-sees-core-and-wire-only',
      severity: 'error',
      from: { path: '^packages/qmp/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(qmp|core|wire)/' },
    },
    {
      name: 'host-and-testkit-see-core-and-wire-only',
      severity: 'error',
      from: { path: '^packages/(host|testkit)/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/($1|core|wire)/' },
    },
    {
      name: 'no-relative-package-escape',
      comment: 'but tests may use what other tests of a package stand on',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/($1/|[^/]+/test/)', dependencyTypes: ['local'] },
    },
    {
      name: 'test-helpers-for-tests-only',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: { path: '^packages/[^/]+/test/' },
    },
    {
      name: 'no-deep-import',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/(?!(index|internal|exit-now)\\.ts$)', pathNot: '^packages/$1/' },
    },
    {
      name: 'tsyringe-only-in-core-di',
      severity: 'error',
      from: { pathNot: '^packages/core/src/di/(injection|scope)\\.ts$' },
      to: { path: 'node_modules/tsyringe' },
    },
    {
      name: 'koffi-only-in-linux-sys',
      severity: 'error',
      from: { pathNot: '^(packages/linux-sys|test)/' },
      to: { path: 'node_modules/koffi' },
    },
    {
      name: 'not-unresolvable',
      comment: 'what is copied beside installed packages resolves there',
      severity: 'error',
      from: { pathNot: '^test/packed/[^/]+[.]mjs$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['nic-herald:source', 'import', 'node', 'default'],
    },
  },
};
