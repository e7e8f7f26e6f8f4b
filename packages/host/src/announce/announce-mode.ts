import type { AnnounceMode, GuestPolicy } from '@nic-herald/core';

/** The mode that a policy wants. A policy is another's code: what is no mode sends nothing. */
export const announceMode = ({ mode }: Pick<GuestPolicy, 'mode'>): AnnounceMode =>
  mode === undefined || mode === 'announce' ? 'announce' : 'observe';

/** The mode as reports and facts have it: nothing where frames are sent. */
export const toldMode = (mode: AnnounceMode): { readonly mode?: AnnounceMode } =>
  mode === 'announce' ? {} : { mode };
