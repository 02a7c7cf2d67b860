/** An image of the library opened for reading, with what its answer says of it. */
export interface ServableImage {
  /** Descriptor of the open file. */
  readonly fd: number
  /** The file's name, for the person who shares it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  /** Time of the last change of content, milliseconds since 1970. */
  readonly modifiedMs: number
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string
  /** True while the file is still what was hashed. */
  unchanged(): boolean
  close(): void
}
