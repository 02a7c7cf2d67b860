import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningProgram, startProgram } from '../../system/programs.ts'
import { freePort, untilAccepting } from '../../system/tcp-ports.ts'
import { findProgram } from './find-program.ts'

/** Why there is no nginx; `undefined` where there is one. */
export function nginxObstacle(): Promise<string | undefined> {
  return findProgram('nginx', 'nginx-light')
}

/** How nginx is started. */
interface NginxOptions {
  /** What it serves. */
  readonly folder: string
  readonly scratch: string
  /** One process bound to this core; without it a worker for each core. */
  readonly core?: number | undefined
  readonly isOneProcess?: boolean
}

/** nginx with sendfile and keep-alive, and no log. */
export async function startNginx({
  folder,
  scratch,
  core,
  isOneProcess = false,
}: NginxOptions): Promise<{ program: RunningProgram; port: number }> {
  const port = await freePort()
  const own = join(scratch, 'nginx')
  await mkdir(own, { recursive: true })
  const configuration = join(own, 'nginx.conf')
  // Started by root its workers would go on as somebody else, who may not read the files.
  await writeFile(
    configuration,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
${isOneProcess ? 'master_process off;' : 'worker_processes auto;'}
pid ${own}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=10000;
  client_body_temp_path ${own}/body; proxy_temp_path ${own}/proxy; fastcgi_temp_path ${own}/fastcgi;
  uwsgi_temp_path ${own}/uwsgi; scgi_temp_path ${own}/scgi;
  server { listen 127.0.0.1:${port} reuseport; root ${folder}; }
}
`,
  )
  const program = await startProgram({ command: 'nginx', arguments: ['-c', configuration, '-p', own], core })
  await untilAccepting(program, port)
  return { program, port }
}
