import 'reflect-metadata'; // first: tsyringe throws on import without it
import { inject as tsInject, injectAll as tsInjectAll, injectable as tsInjectable } from 'tsyringe';

declare const carries: unique symbol;
/** Names one dependency of type T. A registered symbol, so equal across copies of this package. */
export type Token<T> = symbol & { readonly [carries]: (value: T) => T };
/** Names a list of dependencies of type T, to which every plugin may add. */
export type MultiToken<T> = symbol & { readonly [carries]: (value: readonly T[]) => readonly T[] };
/** A token of any type, single or multi. */
export type AnyToken = symbol & { readonly [carries]: unknown };

/** A class that can be injected into, abstract or not. */
export type AnyClass<T = unknown> = abstract new (...args: never) => T;
/** A class the host can construct. */
export type Class<T = unknown> = new (...args: never[]) => T;

/** A constructor parameter decorator that type-checks only on a parameter a T can be passed to. */
export type Injects<T> = <C extends AnyClass, I extends number>(
  target: C,
  key: undefined,
  index: I &
    (T extends ConstructorParameters<C>[I]
      ? I
      : { 'the token does not fit this parameter': [T, ConstructorParameters<C>[I]] }),
) => void;

const CONTRACT = 1;

/** Makes the token of that name. Third parties start the name with their npm package's. */
export const token = <T>(name: string): Token<T> => Symbol.for(`nic-herald/${name}@${CONTRACT}`) as Token<T>;

/** Makes the list token of that name. Third parties start the name with their npm package's. */
export const multiToken = <T>(name: string): MultiToken<T> =>
  Symbol.for(`nic-herald/${name}[]@${CONTRACT}`) as MultiToken<T>;

/** The name a token was made with, for people: `core/nic-model`. */
export const tokenName = (of: symbol): string =>
  (of.description ?? 'token').replace(/^nic-herald\//, '').replace(/(\[\])?@\d+$/, '');

/** Constructor parameter decorator: the host's one implementation of the token. */
export const inject = <T>(of: Token<T>): Injects<T> => tsInject(of);

/** Constructor parameter decorator: every contribution to the token; empty where there is none. */
export const injectAll = <T>(of: MultiToken<T>): Injects<readonly T[]> =>
  tsInjectAll(of, { isOptional: true });

/**
 * Class decorator: the host may construct this class. Every constructor parameter needs `@inject` or
 * `@injectAll` (tsyringe would pass `undefined` for one that has none), and a subclass needs a constructor
 * of its own (it would lose the base's tokens). Throws TypeError otherwise, when the class is defined.
 */
export const injectable =
  () =>
  (target: AnyClass): void => {
    const tokens = (Reflect.getOwnMetadata('injectionTokens', target) ?? {}) as Record<number, unknown>;
    const count = Math.max(target.length, ...Object.keys(tokens).map((key) => Number(key) + 1));
    for (let index = 0; index < count; index++) {
      if (!(index in tokens)) {
        throw new TypeError(`${target.name}: constructor parameter ${index} has no @inject`);
      }
    }
    if (
      Reflect.hasMetadata('injectionTokens', target) &&
      !Reflect.hasOwnMetadata('injectionTokens', target)
    ) {
      throw new TypeError(
        `${target.name}: a subclass of an injected class must declare its own constructor, with @inject on each parameter`,
      );
    }
    (tsInjectable() as (of: AnyClass) => void)(target);
  };
