// @ts-check
// TO FILL IN, all of it. Nothing here is true of a sample-nic-type: this is a made-up card, there so that the tests
// have something to read. As long as `type` stays, the model takes no guest's card and reads no register of one.
// What is true stands in the card's data sheet, and in QEMU's source under hw/net. Only read registers that have no side
// effect: some are cleared by being read.

export const card = {
  /** QEMU's name of the card, as in `-device`. TO FILL IN: 'sample-nic-type' */
  type: 'made-up-nic',
  /** The number of the BAR (PCI region) that the registers are in; it must be memory. TO FILL IN */
  bar: 2,
  /** Where the table of MACs begins, in bytes from the BAR; the own MAC is its first entry. TO FILL IN */
  table: 0x40,
  /** How many entries it has, the own MAC among them. TO FILL IN */
  entries: 4,
  /** Bytes from one entry to the next, a multiple of 4. TO FILL IN */
  stride: 8,
  /** The bit of an entry's second word that says that it is in use; 0 where there is none. TO FILL IN */
  valid: 0x8000_0000,
};

/**
 * The six bytes of a MAC, in the order in which they are written, from the two words of an entry. TO FILL IN
 *
 * @param {number} low
 * @param {number} high
 */
export const bytesOf = (low, high) => Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8);
