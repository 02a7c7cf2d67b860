import { runProgram } from '../../system/programs.ts'

/** Why a program cannot be run here, with the Debian package that has it; `undefined` where it can. */
export async function findProgram(command: string, debianPackage: string): Promise<string | undefined> {
  try {
    await runProgram({ command: 'sh', arguments: ['-c', `command -v ${command}`] })
    return undefined
  } catch {
    return `${command} is not installed (Debian: apt-get install ${debianPackage})`
  }
}
