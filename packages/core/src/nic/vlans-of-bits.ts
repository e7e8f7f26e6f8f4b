/** The VLANs of a table of 4096 bits: VID v is bit v % 32 of word v / 32. VID 0 means no VLAN, 4095 is reserved. */
export const vlansOfBits = (table: Uint32Array): readonly number[] => {
  const vids: number[] = [];
  for (let vid = 1; vid < 4095; vid += 1) {
    if (((table[vid >>> 5] ?? 0) & (1 << (vid & 31))) !== 0) vids.push(vid);
  }
  return vids;
};
