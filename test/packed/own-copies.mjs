// Copied into a package that brings its own core and tsyringe: a class which that copy decorates, and this
// agent's container constructs.
import {
  CLOCK,
  inject,
  injectable,
  MIGRATION_EVENT_BUS,
  multiToken,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';

class Watcher {
  constructor(bus, clock) {
    if (typeof bus.on !== 'function' || typeof clock.now !== 'function') throw new TypeError('not injected');
  }
}
inject(MIGRATION_EVENT_BUS)(Watcher, undefined, 0);
inject(CLOCK)(Watcher, undefined, 1);
injectable()(Watcher);

export const plugin = () => ({
  name: 'own-copies',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => registrar.contribute(multiToken('own-copies/watcher'), { class: Watcher }),
});
