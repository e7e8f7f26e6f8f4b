/** The lab itself could not do its work (as against nic-herald failing a scenario): what happened and what to do. */
export class LabFault extends Error {
  override readonly name = 'LabFault';
}
