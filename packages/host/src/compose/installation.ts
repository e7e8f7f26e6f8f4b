import {
  asHeraldError,
  HeraldError,
  type HeraldPlugin,
  messageOf,
  PLUGIN_CONTRACT,
  type PluginRegistrar,
  type Token,
} from '@nic-herald/core';
import type {
  MultiToken,
  PluginDescription,
  Provider,
  RegistrationDescription,
} from '@nic-herald/core/internal';
import { Scope, tokenName } from '@nic-herald/core/internal';

interface Registration {
  readonly plugin: string;
  readonly token: symbol;
  readonly cardinality: 'one' | 'many';
  built?: { readonly value: unknown; readonly ms: number };
  startMs?: number;
}

/** Something built, by its token, in the order it was built in. */
export interface Built {
  readonly plugin: string;
  readonly token: symbol;
  readonly value: unknown;
  /** Notes how long its `start` took, ms. */
  started(ms: number): void;
}

/** The plugins of one host: who registered what, and the container that builds it. */
export class Installation {
  private readonly scope = new Scope();
  private readonly plugins: HeraldPlugin[] = [];
  private readonly registrations: Registration[] = [];

  /**
   * Installs a plugin. Throws HERALD_PLUGIN_CONTRACT, HERALD_PLUGIN_DUPLICATE, HERALD_PLUGIN_TOKEN_TAKEN or
   * HERALD_PLUGIN_INSTALL, each naming the plugin.
   */
  install(plugin: HeraldPlugin): void {
    const { name } = plugin;
    const contract: number = plugin.contract;
    if (contract !== PLUGIN_CONTRACT) {
      throw new HeraldError(
        'HERALD_PLUGIN_CONTRACT',
        `${name} was written for contract ${contract}, this host has ${PLUGIN_CONTRACT}: install versions of both that fit`,
        { details: { plugin: name, wanted: contract, had: PLUGIN_CONTRACT } },
      );
    }
    if (this.plugins.some((other) => other.name === name)) {
      throw new HeraldError('HERALD_PLUGIN_DUPLICATE', `${name} is listed twice: list each plugin once`, {
        details: { plugin: name },
      });
    }
    this.plugins.push(plugin);
    let open = true;
    const register = <T>(
      of: Token<T> | MultiToken<T>,
      cardinality: 'one' | 'many',
      provider: Provider<T>,
    ): void => {
      if (!open) {
        throw new HeraldError(
          'HERALD_PLUGIN_LATE',
          `${name} registers ${tokenName(of)} after install has returned: register everything in install`,
          { details: { plugin: name } },
        );
      }
      this.register(name, of, cardinality, provider);
    };
    const registrar: PluginRegistrar = {
      provide: (of, provider) => register(of, 'one', provider),
      contribute: (of, provider) => register(of, 'many', provider),
    };
    try {
      plugin.install(registrar);
    } catch (error) {
      throw asHeraldError(
        error,
        'HERALD_PLUGIN_INSTALL',
        `${name} could not be installed: ${messageOf(error)}`,
        {
          plugin: name,
        },
      );
    } finally {
      open = false;
    }
  }

  isProvided(token: symbol): boolean {
    return this.registrations.some((each) => each.token === token);
  }

  /** Throws HERALD_PLUGIN_REQUIRES for a plugin that needs what nobody brings. */
  checkRequirements(): void {
    for (const { name, requires = [] } of this.plugins) {
      const missing = requires.filter((token) => !this.isProvided(token));
      if (missing.length > 0) {
        throw new HeraldError(
          'HERALD_PLUGIN_REQUIRES',
          `${name} needs ${missing.map(tokenName).join(', ')}, which no plugin of this host provides`,
          { details: { plugin: name } },
        );
      }
    }
  }

  /** Builds everything. Throws HERALD_PLUGIN_CONSTRUCT naming the plugin whose class or factory failed. */
  build(): readonly Built[] {
    for (const { token, cardinality } of this.registrations) {
      if (cardinality === 'one') this.scope.get(token as Token<unknown>);
      else this.scope.all(token as MultiToken<unknown>);
    }
    return this.registrations.flatMap((registration) =>
      registration.built === undefined
        ? []
        : [
            {
              plugin: registration.plugin,
              token: registration.token,
              value: registration.built.value,
              started: (ms: number) => {
                registration.startMs = ms;
              },
            },
          ],
    );
  }

  get<T>(of: Token<T>): T {
    return this.scope.get(of);
  }

  find<T>(of: Token<T>): T | undefined {
    return this.isProvided(of) ? this.scope.get(of) : undefined;
  }

  all<T>(of: MultiToken<T>): readonly T[] {
    return this.scope.all(of);
  }

  describe(): readonly PluginDescription[] {
    return this.plugins.map(({ name, contract }) => ({
      plugin: name,
      contract,
      registrations: this.registrations.filter(({ plugin }) => plugin === name).map(describeRegistration),
    }));
  }

  private register<T>(
    plugin: string,
    token: Token<T> | MultiToken<T>,
    cardinality: 'one' | 'many',
    provider: Provider<T>,
  ): void {
    const owner = this.registrations.find((each) => each.token === token);
    if (owner !== undefined && cardinality === 'one') {
      throw new HeraldError(
        'HERALD_PLUGIN_TOKEN_TAKEN',
        `${plugin} and ${owner.plugin} both provide ${tokenName(token)}, of which a host has one: leave one of them out`,
        { details: { plugin, owner: owner.plugin, token: tokenName(token) } },
      );
    }
    const registration: Registration = { plugin, token, cardinality };
    this.registrations.push(registration);
    this.scope.register(token, provider, {
      onBuilt: (value, ms) => {
        registration.built = { value, ms };
      },
      onFailed: (error) =>
        asHeraldError(
          error,
          'HERALD_PLUGIN_CONSTRUCT',
          `${plugin}: ${tokenName(token)} could not be constructed: ${messageOf(error)}`,
          { plugin },
        ),
    });
  }
}

const describeRegistration = ({
  token,
  cardinality,
  built,
  startMs,
}: Registration): RegistrationDescription => ({
  token: tokenName(token),
  cardinality,
  implementation: implementationName(built?.value),
  constructMs: built?.ms ?? 0,
  ...(startMs === undefined ? {} : { startMs }),
});

const implementationName = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return typeof value;
  if ('name' in value && typeof value.name === 'string') return value.name;
  if ('model' in value && typeof value.model === 'string') return value.model;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? 'object' : prototype.constructor.name;
};
