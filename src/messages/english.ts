import type { FailureCode, FailureDetails, LikenessFault, OwnerFault } from '../base/failure.ts'

/** `1 picture`, `2 pictures`, `1,234 pictures`. */
function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

function pictures(count: number): string {
  return counted(count, 'picture', 'pictures')
}

function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length)
  return `${(count / 1000 ** power).toLocaleString('en', { maximumSignificantDigits: 3 })} ${units[power - 1]}`
}

const ownerFaults: Record<OwnerFault, string> = {
  unreachable: 'could not be reached',
  nothing: 'no longer has it',
  errorText: 'answered with an error',
  wrongContent: 'sent something else than was asked for, or only a part',
  cut: 'broke off in the middle',
  stalled: 'was too slow or stopped sending',
  tooLarge: 'sent more than the largest picture allowed',
  otherSha256: 'has another picture with the same MD5 sum',
  busy: 'was too busy',
  unreadable: 'gave an answer that makes no sense',
}

const likenessFaults: Record<LikenessFault, string> = {
  unreadable: 'there is no such file, or it cannot be read',
  undecodable: 'it is no picture that can be decoded',
  blank: 'there is nothing to see on it',
  unavailable: 'pictures cannot be decoded here at the moment',
  untold: 'none of its owners says how it looks',
}

const refusedNames: Record<string, string> = {
  dots: 'it is the name of a folder',
  separator: 'it is a path to another folder',
  drive: 'it names a drive',
  nul: 'it holds a NUL character',
  empty: 'nothing usable is left of it',
  program: 'it is the name of a program, and the content is no picture',
}

const failures: { [Code in FailureCode]: (details: FailureDetails[Code]) => string } = {
  unknownCommand: ({ command }) =>
    `There is no command “${command}”. “imagep2p --help” lists those there are.`,
  unknownOption: ({ option, command }) =>
    `There is no option “${option}” here. “imagep2p ${command === '' ? '' : `${command} `}--help” lists those there are.`,
  missingOptionValue: ({ option, expected }) => `“${option}” needs ${expected} after it.`,
  badOptionValue: ({ option, value, expected }) =>
    `“${value}” is no good for “${option}”: it takes ${expected}.`,
  missingArgument: ({ argument, command }) =>
    `${argument} is missing. “imagep2p ${command} --help” shows how it is written.`,
  extraArgument: ({ argument, command }) =>
    `“${argument}” is one argument too many. “imagep2p ${command} --help” shows how it is written.`,
  badServerAddress: ({ text }) =>
    `“${text}” is no server address: write a name or an IP address, with a port where it is not 13377, such as 192.168.1.5, photos.local:5000 or [fe80::1]:13377.`,
  portTaken: ({ port }) =>
    `Port ${port} is taken by another program. Stop that one, or choose another with --port.`,
  portForbidden: ({ port }) =>
    `The system does not let this user open port ${port}. Choose one above 1023 with --port.`,
  addressUnavailable: ({ host }) =>
    `${host} is not an address of this computer. Leave --host out to listen on all of them.`,
  cannotListen: ({ host, port, reason }) =>
    `Listening on ${host} port ${port} did not work: the system says ${reason}.`,
  fastPathUnavailable: ({ reason }) =>
    `The fast datagram path cannot be used here (${reason}). Use --udp=auto, which takes the portable one instead.`,
  directoryMissing: ({ directory }) => `There is no folder ${directory}. Check the name, or create it first.`,
  directoryUnreadable: ({ directory, reason }) =>
    `The folder ${directory} cannot be read (${reason}). Check its permissions, or that its disk is connected.`,
  journalInUse: ({ directory }) =>
    `Another index server keeps its journal in ${directory}. Stop that one, or give this one a folder of its own with --data.`,
  serverNotFound: ({ host, reason }) =>
    `The index server ${host} was not found (${reason}). Check the name and the network.`,
  serverSilent: ({ server, attempts, seconds, refused }) =>
    refused
      ? `Nothing is listening at ${server} (asked ${counted(attempts, 'time', 'times')}). Start the index server there with “imagep2p server”, or check the address.`
      : `No answer from ${server} to ${counted(attempts, 'try', 'tries')} in ${Math.round(seconds)} s. Check that the index server runs, that the address is right, and that no firewall drops UDP.`,
  serverRefused: ({ server, reason }) => `The index server ${server} refused: ${reason}.`,
  serverUnreadable: ({ server }) => `What ${server} answered is not of this protocol. Is it an index server?`,
  registeredWithOtherPassword: ({ server, port }) =>
    `The index server ${server} does not take it: this address with port ${port} is registered with another password, or not at all. Register, or use another --port.`,
  catalogUnavailable: ({ server, reason }) =>
    `The catalog of ${server} could not be asked over TCP (${reason}). Check that the index server runs, and that no firewall stops TCP on its port.`,
  cancelled: () => 'Stopped before it was done.',
  imageNotListed: ({ wanted }) =>
    `“${wanted}” is not among the listed pictures. “imagep2p list” shows them with their names and MD5 sums.`,
  imageAmbiguous: ({ wanted, digests }) =>
    `${counted(digests.length, 'picture is', 'pictures are')} called “${wanted}”. Name the one you mean by its MD5 sum: ${digests.join(', ')}.`,
  likenessUnknown: ({ picture, reason }) =>
    `No picture can be found that looks like “${picture}”: ${likenessFaults[reason]}.`,
  nameRefused: ({ name, reason }) =>
    `“${name}” is not saved under that name: ${refusedNames[reason] ?? reason}.`,
  allOwnersFailed: ({ name, attempts }) =>
    `“${name}” could not be fetched from anybody: ${attempts
      .map(
        ({ owner, reason, detail }) =>
          `${owner} ${ownerFaults[reason]}${detail === '' ? '' : ` (${detail})`}`,
      )
      .join('; ')}. Nothing was saved; try again when another owner is there.`,
  sha256Mismatch: ({ name, digest, disputed }) =>
    `“${name}” (${digest}) has the right MD5 sum but another SHA-256 than its owners tell${disputed ? ', and they tell different ones' : ''}: somebody offers something else under its MD5 sum. Nothing was saved.`,
  queueFull: ({ wanted }) =>
    `“${wanted}” found no room among the downloads that wait. Try again when some of them are done, or cancel them with “imagep2p transfers cancel all”.`,
  diskFull: ({ directory, freeBytes }) =>
    `The disk of ${directory} is full (${bytes(freeBytes)} free). Make room and try again; nothing was saved.`,
  cannotSave: ({ name, directory, reason }) =>
    `“${name}” could not be saved in ${directory} (${reason}). Check the folder's permissions; nothing was left behind.`,
}

/** The sentences of one language. */
export type Messages = typeof english

/** Every sentence a person sees, in English: the model of the other languages. */
export const english = {
  failures,
  counted: { pictures, bytes, rate: (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s` },
  /** Before a failure on standard error. */
  program: (sentence: string) => `imagep2p: ${sentence}`,
  unexpected: (reason: string) => `Something went wrong that should not have: ${reason}. Please report it.`,
  help: {
    usage: 'Usage',
    commands: 'Commands',
    options: 'Options',
    arguments: 'Arguments',
    everywhere: 'Options of every command',
    about: 'Share pictures straight from one computer to another.',
    more: '“imagep2p COMMAND --help” tells more about one.',
    command: 'COMMAND',
    values: {
      portOrAny: 'a port from 0 to 65535 (0: any free one)',
      portIfAny: 'nothing, or = and a port from 0 to 65535',
      address: 'an IP address',
      directory: 'a folder',
      language: 'en or pt',
      datagramPath: 'auto, fast or portable',
      count: 'a whole number from 1 on',
      words: 'some words, of at most 200 characters in all',
      formats: 'formats such as jpeg, or several by commas: jpeg,png (16 at most)',
      size: 'a size such as 500kB or 2MB',
      orientation: 'landscape, portrait or square',
      order: 'newest, name, size or owners',
      picture: 'the MD5 sum of a listed picture, or the name of a file',
      file: 'a file, or - for standard input',
      owner: 'the address of an owner, such as 192.168.1.5:5001',
      rate: 'a rate in bytes per second such as 500K or 2M, or 0 for no limit',
      flag: 'no value',
    },
    valueNames: {
      portOrAny: 'PORT',
      portIfAny: 'PORT',
      address: 'ADDRESS',
      directory: 'FOLDER',
      language: 'LANGUAGE',
      datagramPath: 'PATH',
      count: 'N',
      words: 'WORDS',
      formats: 'FORMATS',
      size: 'SIZE',
      orientation: 'SHAPE',
      order: 'ORDER',
      picture: 'MD5|FILE',
      file: 'FILE',
      owner: 'ADDRESS:PORT',
      rate: 'RATE',
    },
    argumentNames: {
      own: 'MD5-OR-NAME',
      server: 'SERVER',
      directory: 'FOLDER',
      wanted: 'MD5-OR-NAME',
      mirrored: 'FOLDER',
      task: 'TASK',
      examined: 'FOLDER',
    },
    argumentTexts: {
      own: 'a picture of the folder, by its name or MD5 sum',
      server: 'the index server: a name or IP address, with :PORT where it is not 13377',
      directory: 'the folder whose pictures are shared and into which downloads go',
      wanted:
        'pictures to fetch, by MD5 sum or by name; with none, and no other choice, what an earlier get into the folder left undone',
      mirrored: 'the folder that is to hold every picture of the network; nothing in it is ever removed',
      task: 'nothing: list the queue. Or pause, resume, cancel, retry, first or last, and which: its number in the list, its MD5 sum or the beginning of it, or all. Or before, which one, and before which other one. Or limit (of downloads), upload-limit or upload-limit-each (to one address) and a rate: bytes per second, such as 500K or 2M, 0 for no limit. Or upload-slots and how many large pictures are sent at once. Behind any of them the folder, where it is not the current one',
      examined: 'the folder; the current one without it',
    },
    commandTexts: {
      privacy: 'show what pictures tell of place, camera and owner, and take it out of what is shared',
      server: 'run an index server, which knows who has which picture',
      open: 'share a folder and see the pictures of the network in the browser',
      client: 'share a folder and use the network from a menu',
      list: 'list the pictures of the network',
      get: 'fetch pictures into a folder',
      mirror: 'keep a folder supplied with every picture of the network, or those chosen',
      share: 'share a folder until stopped, without a menu',
      transfers: 'show and change the downloads into a folder, those of a running imagep2p too',
      unshare: 'stop sharing one picture, which stays in its folder (the current one where none is named)',
      reshare: 'share it again',
      demo: 'show the whole thing on this computer, with pictures drawn for it',
    },
    optionTexts: {
      help: 'show this help',
      version: 'show the version',
      lang: 'language: en or pt (default: the system’s)',
      data: 'folder for what is remembered between starts (default: where this system keeps such things)',
      host: 'IP address to listen on (default: all)',
      serverPort: 'UDP and TCP port to listen on (default: 13377)',
      sharePort: 'TCP port to share on (default: the one of last time, else any free one)',
      galleryPort: 'TCP port of this computer on which the gallery is served (default: any free one)',
      noBrowser: 'print the gallery’s address and open no browser',
      quiet: 'log warnings and errors only',
      verbose: 'log every request',
      udp: 'how datagrams travel: auto, fast (in batches, on Linux) or portable (default: auto)',
      serverData: 'folder of the journal, by which a restart forgets nobody (default: one for each port)',
      memory: 'keep nothing on disk: a restart forgets everybody',
      replyBytesPerSecond:
        'bytes a second that are sent over UDP to a network whose addresses are not proven (default: 131072)',
      registrationsPerAddress: 'peers that one IP address may register (default: 1024)',
      guests:
        'show the pictures of this folder to guests without the program, who scan a QR code, on a port of its own (default: any free one)',
      guestUploads: 'as --guests, and guests may bring pictures, into the folder “guests” of this one',
      recursive: 'share the pictures in subfolders too',
      keepMetadata: 'share all that the pictures tell, position and serial numbers too, from now on',
      privacyOn: 'take position, serial numbers and the like out of what is shared, from now on',
      privacyOff: 'share the pictures as they are, from now on',
      examineRecursive: 'look through subfolders too',
      json: 'print one JSON value a line',
      out: 'folder to save into (default: the current one)',
      search: 'only pictures whose names hold all these words, in any order; case and accents do not count',
      format: 'only pictures of these formats: jpeg,png and so on',
      minSize: 'only files of at least this size, such as 500kB or 2MB',
      minWidth: 'only pictures at least so many pixels wide',
      minHeight: 'only pictures at least so many pixels high',
      orientation: 'only pictures of this shape: landscape, portrait or square',
      like: 'only pictures that look like this one, listed or in a file; the most alike first',
      bestCopies:
        'with --all or a filter, of near copies only the best: most pixels, all colours, most bytes',
      sort: 'newest, name, size (largest first), owners (most first) or taken (last taken first); without it, in the order they came where that is one page of 1,000, and else newest first',
      all: 'every picture of the network',
      from: 'pictures whose MD5 sums stand in this file, one a line; what follows a # is a comment; - is standard input',
      owner: 'only pictures that this owner has',
      again: 'fetch also what the folder has already, under another name',
      atOnce: 'pictures fetched at once (default: 8; of small ones eight times as many)',
      downloadLimit:
        'bytes per second of all downloads, such as 500K or 2M, 0 for none (default: what “imagep2p transfers limit” set for the folder)',
      uploadLimit:
        'bytes per second of all uploads, such as 500K or 2M, 0 for none (default: what “imagep2p transfers upload-limit” set for the folder)',
      uploadLimitEach:
        'bytes per second of the uploads to one address (default: none, or what was set likewise)',
      uploadSlots: 'large pictures sent at once, 512 at most (default: 16, or what was set likewise)',
      once: 'end when the folder holds everything',
      limit: 'so many pictures at most (default: all there are)',
    },
  },
  server: {
    listening: (endpoint: string) =>
      `Index server listening on ${endpoint} (UDP and HTTP). Peers join with: imagep2p client ADDRESS FOLDER`,
    anyAddress: (port: number, addresses: readonly string[]) =>
      `port ${port} of every address of this computer: ${addresses.join(', ')}`,
    path: (path: 'fast' | 'portable', reason: string | undefined) =>
      path === 'fast'
        ? 'Datagrams travel in batches (--udp=fast).'
        : `Datagrams travel one at a time (--udp=portable${reason === undefined ? '' : `: ${reason}`}).`,
    registered: (peer: string, count: number) => `${peer} registered ${pictures(count)}`,
    updated: (peer: string, count: number) => `${peer} updated to ${pictures(count)}`,
    renewed: (peer: string) => `${peer} is still there`,
    ended: (peer: string) => `${peer} left`,
    malformed: (address: string) => `${address} sent something that is not of this protocol`,
    refusedPassword: (peer: string) => `${peer} is registered with another password or not at all: refused`,
    tooManyRegistrations: (peer: string) =>
      `${peer} refused: its address has as many registrations as one may have, or the server has`,
    tooManyImages: (peer: string) => `${peer} refused: more pictures than there is room for`,
    muted: (count: number) =>
      `and ${counted(count, 'more line like these was', 'more lines like these were')} left out in this second`,
    fault: (reason: string) => `a datagram could not be handled (${reason}); going on`,
    journal: (folder: string | undefined) =>
      folder === undefined
        ? 'Nothing is kept on disk (--memory): a restart forgets who registered.'
        : `What is registered is kept in ${folder}.`,
    statusPage: (address: string) => `How it does: ${address}`,
    keptOut: (count: number) =>
      `${counted(count, 'registration or list', 'registrations or lists')} of the journal found no room within the limits of now`,
    journalSetAside: (movedTo: string, reason: string) =>
      `What was registered before cannot be used (${reason}). It was kept as ${movedTo}; peers are listed as they register again.`,
    journalPartlyUnreadable: (directory: string, rows: number, reason: string) =>
      `Of the journal in ${directory}, ${counted(rows, 'row', 'rows')} could not be read (${reason}). Everything else is there; it is being written anew, and the old file is kept.`,
    journalNotDurable: (directory: string, reason: string, retrySeconds: number) =>
      `Registrations cannot be written to ${directory} (${reason}): the server goes on in memory, and what is registered now would be forgotten if it ended. It tries again every ${retrySeconds} s; check the disk’s free space and the folder’s permissions.`,
    journalDurableAgain: (directory: string) => `All registrations are written to ${directory} again.`,
    stopped: 'Index server stopped.',
  },
  peer: {
    reading: (done: number, total: number) =>
      `Reading pictures: ${done.toLocaleString('en')} of ${counted(total, 'file', 'files')}`,
    started: (directory: string, count: number, port: number) =>
      `Sharing ${pictures(count)} of ${directory} on port ${port}.`,
    served: (name: string, address: string) => `Sent ${name} to ${address}.`,
    servedMany: (count: number, address: string) =>
      `Sent ${count.toLocaleString('en')} more pictures to ${address}.`,
    registered: (count: number) => `Registered ${pictures(count)}.`,
    updated: (count: number) => `The index server now lists ${pictures(count)} of yours.`,
    leftOut: (count: number) =>
      `${pictures(count)} did not fit into what this server takes and ${count === 1 ? 'is' : 'are'} not listed.`,
    nothingToShare:
      'There is no picture in the folder yet, so there is nothing to register. It happens by itself once there is one.',
    ended: 'Disconnected: your pictures are no longer listed.',
    endedUnknown: 'Disconnected. The index server did not know this registration any more.',
    retrying: (server: string, attempts: number) =>
      `No answer from ${server} yet, asking again (try ${attempts + 1}) …`,
    storeSetAside: (movedTo: string, reason: string) =>
      `What was remembered of this folder cannot be used (${reason}). It was kept as ${movedTo}, and the pictures are read anew.`,
    storeMemoryOnly: (reason: string) =>
      `Nothing can be remembered of this folder (${reason}): everything works, and the pictures are read anew at the next start.`,
    trouble: (sentence: string) => `${sentence} It is tried again by itself.`,
    oldServer: (server: string) =>
      `${server} is an older index server: a listing may be cut and shows no sizes, and a folder too large for one message is not listed whole.`,
    noCatalog: (server: string, reason: string) =>
      `${server} answers only by single messages, not over TCP (${reason}): it is an older index server, or a firewall stands between. A listing may be cut and shows no sizes, and a folder too large for one message is not listed whole.`,
    unreachable: (port: number) =>
      `The index server could not connect to your port ${port}: others can hardly fetch your pictures, and you are listed after owners who can be reached. Let TCP port ${port} through the firewall of this computer and forward it in your router, or share on a port that is open with --port.`,
    reachable: (port: number) =>
      `The index server can connect to your port ${port} now: others can fetch your pictures.`,
  },
  list: {
    empty: 'No pictures are listed at the moment.',
    heading: (count: number) => `${pictures(count)} in the network:`,
    owners: (count: number) => counted(count, 'owner', 'owners'),
    yours: 'you have it',
    mayBeCut:
      'The list is as long as one message of this server can be: there may be more pictures than it shows.',
    unreadable: (count: number) => `${counted(count, 'entry', 'entries')} of the answer could not be read.`,
    first: (count: number) => `The first ${pictures(count)} of more:`,
    found: (count: number) => `${pictures(count)} found:`,
    finding: 'Pictures found:',
    nothingFound: 'No picture that is listed is like that.',
    total: (count: number) => `${pictures(count)} in all.`,
    disputed: 'its owners do not agree on its content',
    notApplied: (options: readonly string[]) =>
      `This index server knows nothing of the pictures but their names and owners: ${options.join(', ')} had no effect.`,
  },
  download: {
    progress: (name: string, size: string, rate: string) => `${name}  ${size}  ${rate}`,
    nextOwner: (owner: string, reason: OwnerFault, detail: string) =>
      `${owner} ${ownerFaults[reason]}${detail === '' ? '' : ` (${detail})`}.`,
    done: (name: string, size: string, owner: string) =>
      `Saved ${name} (${size}, from ${owner}). Its content is verified.`,
  },
  privacy: {
    cleaned: (count: number) =>
      `${pictures(count)} ${count === 1 ? 'goes' : 'go'} out without position, serial numbers and the like. Your files stay as they are.`,
    withheld: (count: number, names: readonly string[]) =>
      `${pictures(count)} ${count === 1 ? 'is' : 'are'} not shared, since nobody can tell for sure what ${count === 1 ? 'it tells' : 'they tell'}: ${names.join(', ')}${count > names.length ? ' …' : ''}. “imagep2p privacy” says why.`,
    isOn: (directory: string) =>
      `What is shared of ${directory} goes out without position, serial numbers and the like; your files stay as they are. Taken out:`,
    isOff: (directory: string) => `The pictures of ${directory} are shared as they are. Strangers see:`,
    turnedOn: (directory: string) =>
      `From now on the pictures of ${directory} go out without position, serial numbers and the like; your files stay as they are. An imagep2p that runs follows in a moment.`,
    turnedOff: (directory: string) =>
      `From now on the pictures of ${directory} are shared as they are, with all they tell. An imagep2p that runs follows in a moment.`,
    finding: (kind: string, place: string, name: string, value: string | undefined) =>
      `${kind} (${place}): ${name}${value === undefined ? '' : ` = ${value}`}`,
    refused: (reason: string) => `not shared: ${reason}`,
    unknown: (reason: string) => `nobody can tell: ${reason}`,
    summary: (examined: number, telling: number, refused: number) =>
      `${pictures(examined)} looked at: ${telling.toLocaleString('en')} with something private, ${refused.toLocaleString('en')} that nobody can tell.`,
    howToTurnOn: '“imagep2p privacy --on” with the folder takes it out of what is shared.',
    kinds: {
      position: 'position',
      place: 'place',
      serialNumber: 'serial number',
      owner: 'owner',
      uniqueId: 'number of this picture alone',
      makerNote: 'maker’s notes',
      embedded: 'another file within',
      unknown: 'not known what',
    },
    places: {
      exif: 'EXIF',
      xmp: 'XMP',
      iptc: 'IPTC',
      photoshop: 'Photoshop',
      container: 'the file’s own parts',
      trailer: 'behind the picture',
    },
    reasons: {
      format: 'this format is not one that is understood here',
      cutShort: 'the file ends too early',
      malformed: 'the file breaks the rules of its format',
      tooComplex: 'the file has more parts than a picture should',
      overlap: 'what would have to go shares bytes with the picture',
      rawPicture: 'a camera’s raw file cannot be developed without what its maker wrote into it',
      notClean: 'something would be left in it',
      tooMuch: 'too much of it would have to be changed',
    },
  },
  transfers: {
    left: (count: number) =>
      `${pictures(count)} of an earlier get into this folder ${count === 1 ? 'is' : 'are'} still wanted: get without naming any goes on with ${count === 1 ? 'it' : 'them'}.`,
    nothingWanted:
      'No picture is named, and none is left from before. Name some, or write --all or --search.',
    notADigest: (line: number, text: string) => `Line ${line} is no MD5 sum: “${text}”.`,
    unreadableList: (file: string, reason: string) => `The list ${file} cannot be read (${reason}).`,
    noRoom: (count: number) => `${pictures(count)} found no room in the queue; run it again when it is done.`,
    total: (done: number, total: number, size: string, rate: string) =>
      `${done.toLocaleString('en')} of ${pictures(total)}, ${size}, ${rate}`,
    timeLeft: (duration: string) => `${duration} left`,
    there: (count: number) => `${count.toLocaleString('en')} there already`,
    retrying: (count: number) => `${count.toLocaleString('en')} to be tried again`,
    failed: (count: number) => `${count.toLocaleString('en')} failed`,
    more: (count: number) => `and ${count.toLocaleString('en')} more at once`,
    diskFull: 'The disk is full: it goes on by itself when there is room.',
    resumed: 'There is room again: going on.',
    paused: 'Paused: “imagep2p transfers resume all” goes on.',
    queue: (directory: string) => `Downloads into ${directory}:`,
    queueAtRest: (directory: string) => `Downloads into ${directory} (no imagep2p works them off now):`,
    empty: (directory: string) => `There are no downloads into ${directory}.`,
    states: {
      waiting: 'waiting',
      running: 'running',
      paused: 'paused',
      retrying: 'to be tried again',
      done: 'done',
      skipped: 'there already',
      failed: 'failed',
      cancelled: 'cancelled',
    },
    counts: (parts: readonly (readonly [count: number, state: string])[]) =>
      `${parts.map(([count, state]) => `${count.toLocaleString('en')} ${state}`).join(', ')}.`,
    allPaused: 'All are paused.',
    limitedTo: {
      download: (rate: string) => `Downloads are limited to ${rate}.`,
      upload: (rate: string) => `Uploads are limited to ${rate} together.`,
      uploadEach: (rate: string) => `Uploads to each address are limited to ${rate}.`,
      uploadSlots: (count: number) =>
        `At most ${counted(count, 'large picture is', 'large pictures are')} sent at once.`,
    },
    notLimited: {
      download: 'Downloads are not limited.',
      upload: 'Uploads together are not limited.',
      uploadEach: 'Uploads to each address are not limited.',
    },
    errors: {
      allOwnersFailed: 'no owner gave it',
      imageNotListed: 'nobody has it any more',
      nameRefused: 'its name cannot be used',
      sha256Mismatch: 'another SHA-256 than told',
      diskFull: 'the disk is full',
      cannotSave: 'it could not be saved',
    } as Partial<Record<FailureCode | 'unexpected', string>>,
    nowIs: (name: string, state: string) => `${name}: ${state}.`,
    noSuch: (which: string) => `“${which}” is none of these downloads. “imagep2p transfers” lists them.`,
    notAllowed: (name: string, state: string) => `${name} is ${state}: that cannot be done with it.`,
    unanswered: 'The imagep2p that works these downloads off does not answer. Nothing was changed.',
    goingOn: 'Going on.',
    heldElsewhere:
      'Another imagep2p works off the downloads of this folder: what is asked for here is fetched beside it, and not remembered for later.',
    finished: (saved: number, size: string, there: number, failures: number) =>
      `${pictures(saved)} saved (${size}), ${there.toLocaleString('en')} there already, ${failures.toLocaleString('en')} failed.`,
    upToDate: 'The folder holds everything. Waiting for new pictures …',
  },
  sharing: {
    notSharedAnyMore: (name: string) =>
      `${name} is not shared any more. It stays in the folder; “imagep2p reshare” shares it again.`,
    sharedAgain: (name: string) => `${name} is shared again.`,
    noneLikeThat: (which: string, directory: string) => `There is no picture “${which}” in ${directory}.`,
    notKept: 'This could not be written down, so nothing was changed.',
    sentNow: 'Being sent to others:',
    sent: (name: string, address: string) => `${name} to ${address}`,
  },
  menu: {
    title: (server: string, directory: string, count: number, port: number) =>
      `SocketsImageP2P · index server ${server} · ${directory} · ${pictures(count)} shared on port ${port}`,
    choices: ['Register', 'List', 'Download', 'Update', 'Disconnect', 'Exit'] as readonly string[],
    prompt: 'Your choice: ',
    wrongChoice: (line: string) => `“${line}” is not on the menu. Write a number from 1 to 6.`,
    whichImage: (first: number, last: number) =>
      `Number of the picture to download (${first} to ${last}, empty for none): `,
    wrongImage: (line: string, first: number, last: number) =>
      `“${line}” is not the number of a picture: they go from ${first} to ${last}.`,
    shown: (first: number, last: number) => `Pictures ${first} to ${last}.`,
    nextPage: 'n: next page',
    previousPage: 'p: previous page',
    search: '/words: search',
    noNextPage: 'This is the last page.',
    noPreviousPage: 'There is no page before this one.',
    notRegistered: 'You are not registered. Choose 1 first.',
    bye: 'Goodbye.',
  },
  gallery: {
    address: (address: string) => `The gallery, for this computer only: ${address}`,
    building: 'Building the gallery’s page, once …',
    fault: (reason: string) => `Something is wrong with the gallery (${reason}); going on.`,
    unavailable: (reason: string) => `There is no gallery this time (${reason}).`,
  },
  guests: {
    address: (address: string) => `Guests scan this code, or open ${address}`,
    others: (addresses: readonly string[]) =>
      `From another network of this computer: ${addresses.join(', ')}`,
    brought: (directory: string) =>
      `Guests may bring pictures. They go to ${directory} and are not shared: move them into the folder to share them.`,
    broughtAndShared: (directory: string) =>
      `Guests may bring pictures. They go to ${directory} and, as subfolders are shared (--recursive), are shared with everybody at once.`,
    fault: (reason: string) => `Something is wrong with the page for guests (${reason}); going on.`,
  },
  share: {
    running: 'It stays so until you stop it with Ctrl-C.',
    stopping: 'Taking the registration back …',
  },
  demo: {
    intro:
      'This shows the whole of SocketsImageP2P on this computer: an index server and three peers with pictures of their own.',
    drawing: 'Drawing the pictures …',
    drawn: (owner: string, count: number, directory: string) =>
      `${owner} has ${pictures(count)} in ${directory}.`,
    portTaken: (port: number, other: number) => `Port ${port} is taken, so the index server uses ${other}.`,
    serverStarted: (endpoint: string) =>
      `The index server listens on ${endpoint}. It will know who has which picture, and never carry one.`,
    peerRegistered: (owner: string, port: number, count: number) =>
      `${owner} shares on port ${port} and registered ${pictures(count)}.`,
    listed: (owner: string) => `${owner} asks the index server what there is:`,
    fetching: (owner: string, name: string, from: string) =>
      `${owner} fetches “${name}” straight from ${from}.`,
    fetched: (fileName: string, size: string, digest: string) =>
      `It arrived as “${fileName}”: ${size}, and its MD5 is ${digest}, as listed.`,
    relisted: (owner: string, count: number) =>
      `${owner} now shares it too: the index server lists ${counted(count, 'owner', 'owners')} for it.`,
    says: (owner: string, sentence: string) => `${owner}: ${sentence}`,
    join: (port: number) =>
      `Join with a folder of your own from another terminal: npx imagep2p client 127.0.0.1:${port} FOLDER`,
    menuFor: (owner: string) =>
      `The menu is ${owner}'s. Leaving it ends the demonstration and removes its folder.`,
    untilSignal: 'It stays up until it is stopped (Ctrl-C or SIGTERM).',
    finished: 'The demonstration is over; its folder is removed.',
  },
  status: {
    /** As the Intl formats name the language. */
    locale: 'en',
    title: 'Index server',
    running: 'Running',
    troubled: 'Running, with a problem',
    uptime: (days: number, hours: number, minutes: number) =>
      `for ${days > 0 ? `${counted(days, 'day', 'days')}, ` : ''}${days + hours > 0 ? `${hours} h ` : ''}${minutes} min`,
    renewed: (seconds: number) => `Renewed by itself every ${seconds} seconds.`,
    silent:
      'The index server does not answer at the moment: the numbers below are the last it gave. It is asked again by itself.',
    peers: 'Peers',
    peersAbsent: (count: number) => `${count.toLocaleString('en')} more not heard from, kept for a day`,
    images: 'Pictures',
    owners: 'Owners',
    ownersOfEach: (owners: string) => `of all pictures together; ${owners} a picture on average`,
    watchers: (count: number) => `${counted(count, 'program watches', 'programs watch')} them come and go`,
    requests: 'Requests',
    perSecond: 'a second',
    memory: 'Memory',
    heap: (size: string) => `${size} of it objects of the program`,
    journal: 'Kept on disk',
    yes: 'Yes',
    no: 'No',
    notNow: 'not at the moment, see above',
    journalDurable: (size: string) => `what was acknowledged survives a restart; ${size} of log`,
    journalMemory: 'chosen with --memory: after a restart the peers register again',
    journalFailing: (reason: string) =>
      `Nothing can be kept on the disk at the moment (${reason}): what comes in now would not survive a restart. The server goes on from memory and tries again by itself; what was kept before is not lost. Make room on the disk, and check the permissions of the server’s folder.`,
    peersPlot: 'Peers',
    peersListed: 'listed',
    peersKept: 'not heard from',
    imagesPlot: 'Pictures',
    imagesListed: 'with an owner',
    requestsPlot: 'Requests a second',
    asking: 'asking what there is (LST)',
    registering: 'registering (REG, UPD, END, ALV)',
    overHttp: 'HTTP',
    unreadable: 'not understood',
    now: 'now',
    minutesAgo: (minutes: number) => `${minutes} min ago`,
    plotDescription: (minutes: number, lines: string) => `The last ${minutes} minutes. ${lines}`,
    lineDescription: (name: string, least: string, most: string, last: string) =>
      `${name}: between ${least} and ${most}, now ${last}.`,
    plotTable: 'The same in numbers',
    time: 'Time',
    wordsTable: 'Requests by word',
    word: 'Word',
    meaning: 'What it asks',
    sinceStart: 'since the start',
    meanings: {
      REG: 'here are my pictures',
      LST: 'what is there?',
      UPD: 'these are my pictures now',
      END: 'I am leaving',
      ALV: 'I am still here',
      unknown: 'not of this protocol',
      HTTP: 'the catalog API and this page',
    },
    unknownWord: 'others',
    forPrograms: 'For programs:',
    documentation: 'description of the API',
  },
}
