"""Seeds a torrent until it is killed, or downloads it and ends: libtorrent_peer.py seed|get TORRENT FOLDER PORT"""
import sys
import libtorrent

mode, torrent, folder, port = sys.argv[1:5]
session = libtorrent.session({
    'listen_interfaces': f'127.0.0.1:{port}',
    'enable_dht': False,
    'enable_lsd': False,
    'enable_upnp': False,
    'enable_natpmp': False,
    'enable_incoming_utp': False,
    'enable_outgoing_utp': False,
    'allow_multiple_connections_per_ip': True,
    'alert_mask': libtorrent.alert.category_t.error_notification | libtorrent.alert.category_t.status_notification
    | libtorrent.alert.category_t.storage_notification,
})
handle = session.add_torrent({'ti': libtorrent.torrent_info(torrent), 'save_path': folder})
while True:
    session.wait_for_alert(10_000)
    for alert in session.pop_alerts():
        if isinstance(alert, libtorrent.torrent_error_alert):
            sys.exit(f'error: {alert.message()}')
        if mode == 'get' and isinstance(alert, libtorrent.torrent_finished_alert):
            handle.flush_cache()
        if mode == 'get' and isinstance(alert, libtorrent.cache_flushed_alert) and handle.status().is_seeding:
            sys.exit(0)
