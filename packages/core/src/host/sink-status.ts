/** Whether the frames of a NIC could leave now. */
export interface SinkStatus {
  /** Name of the sink; absent where none supports the port. */
  readonly sink?: string;
  readonly ready: boolean;
  /** Why not, for people. */
  readonly problem?: string;
}
