import type { Domain } from '../src/domain.js';
import { DOMAIN_STATE } from '../src/libvirt.js';

/** A domain that a `FakeDaemon` has. All of it may be changed while the daemon runs. */
export interface FakeDomain extends Domain {
  id: number;
  /** undefined: never told. */
  xml: string | undefined;
  standing: { state: number; reason: number };
  /** Elements by URI. */
  metadata: Map<string, string>;
  /** Answers a QMP command (JSON text) with JSON text; undefined: never. */
  monitor: (command: string) => string | undefined | Promise<string>;
}

/** A domain that runs, whose monitor returns `{}` to everything. */
export const fakeDomain = (more: Partial<FakeDomain> = {}): FakeDomain => ({
  name: 'web-1',
  uuid: '6b1d1c9e-0000-4000-8000-000000000001',
  id: 1,
  xml: "<domain type='kvm'><name>web-1</name></domain>",
  standing: { state: DOMAIN_STATE.RUNNING, reason: 1 },
  metadata: new Map(),
  monitor: () => '{"return":{},"id":"libvirt-1"}',
  ...more,
});
