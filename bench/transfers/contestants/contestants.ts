import type { TransferContestant } from '../transfer-contestant.ts'
import { aria2Torrent, aria2Web } from './aria2.ts'
import { curlThenMd5sum, md5sumAlone } from './curl-then-md5sum.ts'
import { imagep2pTransfer } from './imagep2p-transfer.ts'
import { libtorrent } from './libtorrent.ts'
import { rsync } from './rsync.ts'
import { syncthing } from './syncthing.ts'
import { webtorrent } from './webtorrent.ts'

/** Everything that downloads, in the order of the report. */
export const TRANSFER_CONTESTANTS: readonly TransferContestant[] = [
  imagep2pTransfer,
  md5sumAlone,
  curlThenMd5sum,
  rsync,
  libtorrent,
  aria2Torrent,
  webtorrent,
  syncthing,
  aria2Web,
]
