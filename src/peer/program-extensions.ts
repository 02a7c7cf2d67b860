/**
 * Extensions under which a system runs a file, or a browser or mail program interprets it, when a person opens it. After
 * the published lists of those who block them, Microsoft's "Blocked attachments in Outlook" and Chromium's
 * `download_file_types.asciipb` (what it calls dangerous, or wants a click for), and the scripting languages they leave
 * to servers. Left out are images (`.ico`, `.cur`, `.pcd`), which are what is shared here, and archives, which run nothing.
 */
const GROUPS: readonly string[] = [
  // Windows: programs, installers, libraries that run when opened.
  'exe com scr pif cpl msi msp mst msu msix msixbundle appx appxbundle appinstaller application dll ocx sys drv gadget',
  'diagcab diagcfg diagpkg partial u3p xap xbap wsb inx isu paf rgs bgi grp',
  // Windows: scripts and what hosts them.
  'bat cmd ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 psdm1 pssc cdxml vb vbe vbs vbp vbscript js jse mjs wsf wsh ws wsc',
  'sct hta htc msh msh1 msh2 mshxml msh1xml msh2xml job ahk au3',
  // Windows: shortcuts, settings, and what opens something else.
  'lnk url website scf inf ini reg theme themepack desklink mapimail library-ms search-ms searchconnector-ms',
  'settingcontent-ms appref-ms appcontent-ms printerexport webpnp msc chm hlp hpj cnt cer crt der prf rdp ins isp its',
  'manifest mof plg osd udl xnk shb shs xll xlam iqy oqy rqy dqy slk',
  // Disk images, which open as drives and shed the mark of the web.
  'iso img vhd vhdx dmg dmgpart sparseimage sparsebundle smi toast cdr dvdr udif imgpart dart dc42 diskcopy42',
  // macOS.
  'app command tool terminal action workflow scpt scptd applescript osas osax as pkg mpkg service definition',
  'prefpane qlgenerator saver wflow internetconnect networkconnect fileloc inetloc webloc mobileconfig kext bundle',
  // Linux and the rest of Unix.
  'sh bash csh tcsh ksh zsh fish shar run out bin elf so deb rpm snap flatpak flatpakref appimage desktop',
  // Languages whose files run by themselves where the language is installed.
  'jar jnlp class py pyc pyo pyw pyd pyz pyzw pl pm rb lua tcl php php3 php4 php5 php7 phps pht phtml phar asp aspx asa',
  'ashx asmx cgi jsp jspx cfm wasm',
  // Documents with macros or a language of their own; databases of Access.
  'docm dotm xlsm xltm xlsb pptm potm ppsm ppam sldm one onepkg ade adp mad maf mag mam maq mar mas mau mav maw mcf',
  'mda mdb mde mdt mdw mdz accda accdb accde accdr accdt ops vsmacros vsw fxp prg ps eps',
  // What a browser or a mail program interprets as more than a picture.
  'html htm shtml shtm xhtml xht mht mhtml svg svgz xml xsl xslt rss vml swf spl crx xpi eml msg pdf',
  // Android and iOS.
  'apk apks xapk aab ipa',
]

/** In lower case, with their dot. */
export const PROGRAM_EXTENSIONS: ReadonlySet<string> = new Set(
  GROUPS.flatMap(group => group.split(' ')).map(extension => `.${extension}`),
)
