import {
  type CallOptions,
  type Domain,
  LIFECYCLE,
  type Libvirt,
  type LifecycleEvent,
} from '@nic-herald/libvirt';

type Change = Pick<LifecycleEvent, 'domain' | 'event'>;

/** The domains that run, by their UUIDs: listed once, and then kept by the events of their lives. */
export class DomainList {
  private running = new Map<string, Domain>();
  /** What happened while a list was under way: it may have been made before or after that. */
  private readonly meanwhile = new Set<Change[]>();

  constructor(private readonly libvirt: Pick<Libvirt, 'domains'>) {}

  /** Something became of a domain. */
  apply(change: Change): void {
    for (const changes of this.meanwhile) changes.push(change);
    applyTo(this.running, change);
  }

  all(): readonly Domain[] {
    return [...this.running.values()];
  }

  get(uuid: string): Domain | undefined {
    return this.running.get(uuid);
  }

  /** The domain, also one that libvirt has not yet told of: it lists a domain some time before it says that it started. */
  async find(uuid: string, options: CallOptions): Promise<Domain | undefined> {
    if (!this.running.has(uuid)) await this.refresh(options);
    return this.running.get(uuid);
  }

  /** Lists them anew. */
  async refresh(options?: CallOptions): Promise<void> {
    const changes: Change[] = [];
    this.meanwhile.add(changes);
    try {
      const listed = await this.libvirt.domains(options);
      const running = new Map(listed.map((domain) => [domain.uuid, domain]));
      for (const change of changes) applyTo(running, change);
      this.running = running;
    } finally {
      this.meanwhile.delete(changes);
    }
  }
}

const applyTo = (running: Map<string, Domain>, { domain, event }: Change): void => {
  if (event === LIFECYCLE.STARTED) running.set(domain.uuid, domain);
  if (event === LIFECYCLE.STOPPED) running.delete(domain.uuid);
};
