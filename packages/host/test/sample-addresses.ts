import type { LearnedAddress, LearnedStation } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';

/** `192.0.<number / 256>.<number % 256>`, the number from 0 to 65535. */
export const ipv4 = (number: number): IpAddress => IpAddress.of(`192.0.${number >> 8}.${number & 0xff}`);

/** An address the guest spoke from so long ago. */
export const asserted = (address: number | string, ageMs = 0): LearnedAddress => ({
  address: typeof address === 'number' ? ipv4(address) : IpAddress.of(address),
  proof: 'asserted',
  ageMs,
});

/** An address the guest answered for so long ago. */
export const answered = (address: number | string, ageMs = 0): LearnedAddress => ({
  ...asserted(address, ageMs),
  proof: 'answered',
});

/** A learned station with addresses. */
export const having = (station: LearnedStation, ...addresses: readonly LearnedAddress[]): LearnedStation => ({
  ...station,
  addresses,
});
