import 'reflect-metadata'; // first: tsyringe throws on import without it

import { type DependencyContainer, container as root } from 'tsyringe';
import { HeraldError } from '../herald-error.js';
import { type Class, injectable, type MultiToken, type Token } from './injection.js';

/** Looks tokens up while a factory runs. */
export interface Resolver {
  get<T>(of: Token<T>): T;
  all<T>(of: MultiToken<T>): readonly T[];
}

/** How the host comes by an implementation: constructs a class, runs a factory once, or takes a value. */
export type Provider<T> =
  | { readonly class: Class<T> }
  | { readonly factory: (resolver: Resolver) => T }
  | { readonly value: T };

/**
 * One host's container, for `host` alone. Each registration is built once, whoever asks first; a cycle is an
 * error that names its token. Lifetimes (start, close) are the host's work, not the container's: tsyringe's
 * own disposal knows no order and stops at the first failure.
 */
export class Scope implements Resolver {
  private readonly container: DependencyContainer = root.createChildContainer();

  /** `onBuilt` is told once what was made and how long it took, ms. */
  register<T>(
    of: Token<T> | MultiToken<T>,
    provider: Provider<T>,
    onBuilt: (value: T, ms: number) => void = () => {},
  ): this {
    if ('class' in provider) injectable()(provider.class); // again: another copy of this package may have decorated it
    this.container.register<unknown>(of, { useFactory: this.once(of, provider, onBuilt) });
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

  private once<T>(of: symbol, provider: Provider<T>, onBuilt: (value: T, ms: number) => void): () => T {
    let made: { readonly value: T } | undefined;
    let making = false;
    return () => {
      if (made) return made.value;
      if (making) {
        throw new HeraldError(
          'HERALD_PLUGIN_CYCLE',
          `${of.description ?? 'a token'} depends on itself: a plugin injects what in turn injects it`,
        );
      }
      making = true;
      try {
        const since = performance.now();
        made = { value: this.build(provider) };
        onBuilt(made.value, performance.now() - since);
        return made.value;
      } finally {
        making = false;
      }
    };
  }

  private build<T>(provider: Provider<T>): T {
    if ('value' in provider) return provider.value;
    if ('class' in provider) return this.container.resolve(provider.class as new (...args: unknown[]) => T);
    return provider.factory({ get: (of) => this.get(of), all: (of) => this.all(of) });
  }
}
