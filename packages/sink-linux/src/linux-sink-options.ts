export interface LinuxSinkOptions {
  /** False has the agent send every frame itself, at RESUME; true, the usual, lets the kernel send them at QEMU's own frame. */
  readonly inKernel?: boolean;
}
