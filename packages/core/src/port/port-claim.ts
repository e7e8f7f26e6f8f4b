/**
 * How well a sink or a learner can serve a port: a number from 0 to 100, the highest serves, or why it cannot. What works
 * at the port itself says 50 and up (`linux-tap` and `linux-bpf` 60), what only comes near it less (a bridge's table 30). A
 * plugin that is to take ports from them says more. A learner that opened a port and could not read it once is asked after the others.
 */
export type PortClaim =
  | {
      readonly preference: number /** For people: `in the kernel, at the port itself`. */;
      readonly reason?: string;
    }
  | { /** Why not, for people. */ readonly refusal: string };
