/** A generated file cannot be made on this machine; the message says what is missing. The file stays as it is. */
export class NotHere extends Error {}
