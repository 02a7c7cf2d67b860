import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../system/programs.ts'
import { freePort } from '../../system/tcp-ports.ts'

/** A device ID: 56 characters of base32 in groups of seven. */
const DEVICE_ID = /[A-Z2-7]{7}(?:-[A-Z2-7]{7}){7}/
/** The oldest version of the configuration that is written here; a newer Syncthing reads it too. */
const CONFIGURATION_VERSION = 36
/** The name of the folder that both share. */
export const FOLDER_ID = 'set'
/** What its programming interface is asked with: it listens on this machine only. */
export const API_KEY = 'bench'

/** A home of Syncthing, made but not configured. */
export interface SyncthingInstance {
  readonly home: string
  readonly device: string
  /** The TCP port for other devices. */
  readonly port: number
  /** The TCP port of its programming interface. */
  readonly apiPort: number
}

/** Makes a key, with it a device, and chooses ports. */
export async function makeInstance(home: string): Promise<SyncthingInstance> {
  await runProgram({
    command: 'syncthing',
    arguments: ['generate', `--home=${home}`, '--no-default-folder', '--skip-port-probing'],
    environment: { HOME: home },
  })
  const [device] = DEVICE_ID.exec(await readFile(join(home, 'config.xml'), 'utf8')) ?? []
  if (device === undefined) throw new Error('syncthing generated no device')
  return { home, device, port: await freePort(), apiPort: await freePort() }
}

/** Configures one to share `folder` with another and nobody else: nothing is announced, looked for or relayed. */
export async function configureInstance(
  own: SyncthingInstance,
  other: SyncthingInstance,
  folder: string,
  type: 'sendonly' | 'receiveonly',
): Promise<void> {
  const devices = [own, other]
  const off = [
    ...['globalAnnounceEnabled', 'localAnnounceEnabled', 'relaysEnabled', 'natEnabled', 'startBrowser'],
    ...['crashReportingEnabled', 'setLowPriority', 'restartOnWakeup'],
  ]
  await writeFile(
    join(own.home, 'config.xml'),
    `<configuration version="${CONFIGURATION_VERSION}">
  <folder id="${FOLDER_ID}" path="${folder}" type="${type}" rescanIntervalS="0" fsWatcherEnabled="false">
    <filesystemType>basic</filesystemType>
    ${devices.map(({ device }) => `<device id="${device}"></device>`).join('')}
    <markerName>.</markerName>
  </folder>
  ${devices
    .map(
      ({ device, port }) =>
        `<device id="${device}" compression="never"><address>tcp://127.0.0.1:${port}</address></device>`,
    )
    .join('\n  ')}
  <gui enabled="true" tls="false"><address>127.0.0.1:${own.apiPort}</address><apikey>${API_KEY}</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${own.port}</listenAddress>
    ${off.map(option => `<${option}>false</${option}>`).join('')}
    <reconnectionIntervalS>5</reconnectionIntervalS><urAccepted>-1</urAccepted>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
  </options>
</configuration>
`,
  )
}

/** The arguments with which one is started. */
export function serveArguments(home: string): string[] {
  return ['serve', `--home=${home}`, '--no-browser', '--no-restart', '--no-upgrade', '--logfile=-']
}
