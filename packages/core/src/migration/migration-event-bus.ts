import { EventEmitter } from 'eventemitter3';
import { type Token, token } from '../di/injection.js';
import type { MigrationEvents } from './migration-events.js';

/** The name of a fact on the bus. */
export type MigrationEventName = keyof MigrationEvents;

/**
 * Carries facts to whoever observes. On a host, listeners are called after the frames that are due are out, in the
 * order they came; one that throws or rejects harms nobody and is told of as `listener:failed`.
 */
export interface MigrationEventBus {
  emit<E extends MigrationEventName>(event: E, fact: MigrationEvents[E]): void;
  /** Returns the way to stop listening. */
  on<E extends MigrationEventName>(event: E, listener: (fact: MigrationEvents[E]) => unknown): () => void;
}

/** The bus of a host. One; `composeHost` provides it. */
export const MIGRATION_EVENT_BUS: Token<MigrationEventBus> =
  token<MigrationEventBus>('core/migration-event-bus');

/** A bus that calls its listeners at once, over eventemitter3, whose own `emit` would stop at one that throws. */
export class IsolatingEventBus implements MigrationEventBus {
  private readonly emitter = new EventEmitter<Record<MigrationEventName, [fact: unknown]>>();

  emit<E extends MigrationEventName>(event: E, fact: MigrationEvents[E]): void {
    this.emitter.emit(event, fact);
  }

  on<E extends MigrationEventName>(event: E, listener: (fact: MigrationEvents[E]) => unknown): () => void {
    let listening = true;
    const isolated = (fact: unknown): void => {
      if (!listening) return; // eventemitter3 still calls one that was removed by a listener before it
      try {
        const returned = listener(fact as MigrationEvents[E]);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.failed(event, error));
      } catch (error) {
        this.failed(event, error);
      }
    };
    this.emitter.on(event, isolated);
    return () => {
      listening = false;
      this.emitter.off(event, isolated);
    };
  }

  private failed(event: MigrationEventName, error: unknown): void {
    if (event !== 'listener:failed') this.emit('listener:failed', { event, error });
  }
}
