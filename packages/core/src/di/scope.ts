import 'reflect-metadata'; // first: tsyringe throws on import without it

import { type DependencyContainer, container as root } from 'tsyringe';
import { HeraldError } from '../herald-error.js';
import { type Class, injectable, type MultiToken, type Token, tokenName } from './injection.js';

/** Looks tokens up while a factory runs. */
export interface Resolver {
  readonly get: <T>(of: Token<T>) => T;
  readonly all: <T>(of: MultiToken<T>) => readonly T[];
}

/** How the host comes by an implementation: constructs a class, runs a factory once, or takes a value. */
export type Provider<T> =
  | { readonly class: Class<T> }
  | { readonly factory: (resolver: Resolver) => T }
  | { readonly value: T };

/** What a `Scope` tells of one registration. */
export interface BuildObserver<T> {
  /** Told once what was made and how long it took, ms. */
  onBuilt?(value: T, ms: number): void;
  /** Turns what a constructor or factory threw into the error to tell of; told of the deepest failure alone. */
  onFailed?(error: unknown): Error;
}

/**
 * One host's container, for `host` alone. Each registration is built once, whoever asks first; a cycle is an
 * error that names its tokens. Lifetimes (start, close) are the host's work, not the container's: tsyringe's
 * own disposal knows no order and stops at the first failure.
 */
export class Scope implements Resolver {
  private readonly container: DependencyContainer = root.createChildContainer();
  /** The tokens that are being made, the outermost first. */
  private readonly making: symbol[] = [];
  /** What failed deepest in the lookup under way: tsyringe would bury it in a text of its own per level. */
  private failure: { readonly error: unknown } | undefined;

  register<T>(of: Token<T> | MultiToken<T>, provider: Provider<T>, observer: BuildObserver<T> = {}): this {
    if ('class' in provider) injectable()(provider.class); // again: another copy of this package may have decorated it
    this.container.register<unknown>(of, { useFactory: this.once(of, provider, observer) });
    return this;
  }

  has(of: symbol): boolean {
    return this.container.isRegistered(of);
  }

  get<T>(of: Token<T>): T {
    return this.container.resolve<T>(of);
  }

  all<T>(of: MultiToken<T>): readonly T[] {
    return this.has(of) ? this.container.resolveAll<T>(of) : [];
  }

  private once<T>(of: symbol, provider: Provider<T>, observer: BuildObserver<T>): () => T {
    let made: { readonly value: T } | undefined;
    let making = false;
    return () => {
      if (made) return made.value;
      if (making) throw this.failed(cycleError([...this.making, of]));
      making = true;
      this.making.push(of);
      try {
        const since = performance.now();
        made = { value: this.build(provider) };
        this.failure = undefined;
        observer.onBuilt?.(made.value, performance.now() - since);
        return made.value;
      } catch (error) {
        throw this.failed(error, observer);
      } finally {
        making = false;
        this.making.pop();
        if (this.making.length === 0) this.failure = undefined;
      }
    };
  }

  private failed<T>(error: unknown, observer: BuildObserver<T> = {}): unknown {
    this.failure ??= { error: observer.onFailed?.(error) ?? error };
    return this.failure.error;
  }

  private build<T>(provider: Provider<T>): T {
    if ('value' in provider) return provider.value;
    if ('class' in provider) return this.container.resolve(provider.class as new (...args: unknown[]) => T);
    return provider.factory({ get: (of) => this.get(of), all: (of) => this.all(of) });
  }
}

const cycleError = (path: readonly symbol[]): HeraldError => {
  const names = path.slice(path.indexOf(path.at(-1) as symbol)).map(tokenName);
  return new HeraldError(
    'HERALD_PLUGIN_CYCLE',
    `${names.join(' needs ')}: what these plugins inject goes round in a circle; break it with a fact on the bus`,
    { details: { token: names[0] } },
  );
};
