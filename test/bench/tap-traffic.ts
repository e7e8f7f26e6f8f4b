/** Length of the frames below, tag included. */
export const FRAME_BYTES = 64;

/** How many stations the sending process speaks for. */
export const SENDER_STATIONS = 1024;

/** Frames as guests send them, one after another: each from a (MAC, VLAN) of its own, `first` naming the first. */
export const framesOf = (stations: number, first = 0): Uint8Array => {
  const frames = new Uint8Array(stations * FRAME_BYTES);
  const view = new DataView(frames.buffer);
  for (let index = 0; index < stations; index++) {
    const at = index * FRAME_BYTES;
    frames.set([0x52, 0x54, 0, 0xff, 0xff, 0xff, 0x52, 0x54], at); // to somebody unknown: the bridge floods it
    view.setUint32(at + 8, first + index);
    view.setUint16(at + 12, 0x8100);
    view.setUint16(at + 14, 22);
    view.setUint16(at + 16, 0x88b5); // an EtherType for local experiments
  }
  return frames;
};
