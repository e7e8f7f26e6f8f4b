import type { PortAttachment } from './port-attachment.js';

/** The host end of a NIC. */
export interface Port {
  /**
   * What it is. Known today: `tap`, `macvtap`, `vhost-user`, `vhost-vdpa`, `af-xdp`; a resolver may bring others. Sinks and
   * learners say which they serve.
   */
  readonly kind: 'tap' | 'macvtap' | 'vhost-user' | (string & {});
  /** The interface's name, 1 to 15 bytes on Linux; a name within its kind where it is no interface. */
  readonly name: string;
  /** The network namespace it lives in, as `net:[4026531840]`. Absent where there are none. */
  readonly namespace?: string;
  /** The interface's number in its namespace: one that was removed and made again has another. Absent where there are none. */
  readonly index?: number;
  /** What it is attached to; absent where that is not known. */
  readonly attachment?: PortAttachment;
}
