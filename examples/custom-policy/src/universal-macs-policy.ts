import {
  ANNOUNCE_POLICY,
  type AnnouncePolicy,
  type Candidate,
  DEFAULT_GUEST_POLICY,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

const macAddress = z.string().transform((text, context) => {
  const mac = MacAddress.parse(text);
  if (mac !== undefined) return mac;
  context.addIssue('must be a MAC such as 52:54:00:aa:00:01');
  return z.NEVER;
});

const options = z.strictObject({
  /** Locally administered MACs that may be announced all the same, at most 1024. */
  except: z.array(macAddress).max(1024).default([]),
});

/**
 * Announces no locally administered MAC (IEEE 802, second bit of the first byte: what software made up) but the
 * primary ones, which the host never asks about, and those that are listed.
 */
const universalMacs: PluginFactory<z.infer<typeof options>> = ({ except }) => {
  const listed = new Set(except); // once, when the plugin is made: `deny` runs for every candidate
  const deny = ({ station: { mac } }: Candidate): string | undefined =>
    MacAddress.isLocal(mac) && !listed.has(mac) ? 'locally administered and not listed' : undefined;
  const policy: AnnouncePolicy = { forGuest: () => ({ ...DEFAULT_GUEST_POLICY, deny }) };
  return {
    name: '@example/nic-herald-universal-macs',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => registrar.provide(ANNOUNCE_POLICY, { value: policy }),
  };
};

/** What `plugins:` in herald.yaml looks for. A host in code calls it: `plugin({ except: [] })`. */
export const plugin: PluginFactory<z.infer<typeof options>> = Object.assign(universalMacs, { options });
