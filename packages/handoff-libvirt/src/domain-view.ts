import type { Clock, HeraldError } from '@nic-herald/core';
import {
  LIFECYCLE,
  LIFECYCLE_DETAIL,
  type Libvirt,
  type LifecycleEvent,
  type MetadataEvent,
} from '@nic-herald/libvirt';
import { DomainEntries } from './domain-entries.js';
import { DomainList } from './domain-list.js';
import { DomainWriter } from './domain-writer.js';
import { HANDOFF_URI } from './handoff-element.js';

/** What the view uses of a connection. */
export type DomainSource = Pick<
  Libvirt,
  'domains' | 'metadata' | 'setMetadata' | 'hearLifecycle' | 'hearMetadata'
>;

/** The domains and their entries as one connection shows them; with the connection all of it is forgotten. */
export class DomainView {
  readonly domains: DomainList;
  readonly entries: DomainEntries;
  readonly writer: DomainWriter;

  private constructor(
    libvirt: DomainSource,
    clock: Clock,
    setTimeoutMs: number,
    private readonly changed: (uuid: string) => void,
  ) {
    this.domains = new DomainList(libvirt);
    this.entries = new DomainEntries(libvirt);
    this.writer = new DomainWriter(libvirt, clock, setTimeoutMs);
  }

  /** Hears of changes, then looks what is there. `changed`: something became of the entry of the domain of that UUID. */
  static async open(
    libvirt: DomainSource,
    clock: Clock,
    setTimeoutMs: number,
    changed: (uuid: string) => void,
  ): Promise<DomainView> {
    const view = new DomainView(libvirt, clock, setTimeoutMs, changed);
    await libvirt.hearLifecycle((event) => view.onLifecycle(event));
    await libvirt.hearMetadata((event) => view.onMetadata(event));
    await view.domains.refresh();
    return view;
  }

  /** The connection is over. */
  close(reason: HeraldError): void {
    this.writer.close(reason);
  }

  private onLifecycle(change: LifecycleEvent): void {
    const { detail, domain, event } = change;
    this.domains.apply(change);
    if (event === LIFECYCLE.STARTED) {
      this.entries.began(domain.uuid, detail === LIFECYCLE_DETAIL.STARTED_MIGRATED);
      this.changed(domain.uuid);
    } else if (event === LIFECYCLE.STOPPED) {
      this.entries.ended(domain.uuid);
      this.writer.ended(domain.uuid);
      this.changed(domain.uuid);
    }
  }

  private onMetadata({ domain, uri }: MetadataEvent): void {
    if (uri !== HANDOFF_URI) return;
    this.entries.changed(domain.uuid);
    this.changed(domain.uuid);
  }
}
