import { GUEST_INTAKE, GUEST_MONITOR, type GuestIntake, type HeraldPlugin } from '@nic-herald/core';

/**
 * A monitor that a test plays: put its plugin among those of a host, and report to `intake` what happens to guests
 * that the test makes up.
 */
export class PlayedMonitor {
  private host: GuestIntake | undefined;

  /** The plugin of a host that is composed with this monitor; of one host only. */
  readonly plugin: HeraldPlugin = {
    name: 'played-monitor',
    contract: 2,
    install: (registrar) => {
      registrar.contribute(GUEST_MONITOR, {
        factory: (resolver) => {
          this.host = resolver.get(GUEST_INTAKE);
          return { name: 'played', start: () => Promise.resolve(), close: () => Promise.resolve() };
        },
      });
    },
  };

  /** Where to report. Throws an Error before a host is composed with the plugin. */
  get intake(): GuestIntake {
    if (this.host === undefined) throw new Error('no host is composed with the plugin of this monitor yet');
    return this.host;
  }
}
