import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { differences, expectRunsAlone, stampTree, writeTinyApp } from '../helpers/deploy.ts'
import { build, runIn, sync } from '../helpers/example.ts'
import { makeDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

/** The program and its Python in one component, something else in another, as applications have it. */
const rules = `
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME app)
install(TARGETS tiny DESTINATION bin)
pyembed_install()
install(FILES pyembed.toml DESTINATION doc COMPONENT doc)
set(CPACK_PACKAGE_CONTACT someone@example.org)
include(CPack)
`

/**
 * rpm strips programs and links them into /usr/lib/.build-id, unless told not to (docs/deploying.md). Its payload is not
 * compressed, which would take most of the time.
 */
const rpm =
  'CPACK_RPM_SPEC_MORE_DEFINE=%define __os_install_post %{nil}\n%define _build_id_links none\n%define _binary_payload w.ufdio'

/** Likewise. */
const deb = 'CPACK_DEBIAN_COMPRESSION_TYPE=none'

/** cpack wants them apart. */
const set = (options: readonly string[]): readonly string[] =>
  options.flatMap((option) => ['-D', option])

const modes = [
  { name: 'TGZ', home: 'tiny-1.2-Linux', options: [], unpack: 'cmake -E tar xf $0/*.tar.gz' },
  { name: 'ZIP', home: 'tiny-1.2-Linux', options: [], unpack: 'cmake -E tar xf $0/*.zip' },
  { name: 'STGZ', home: '.', options: [], unpack: 'sh $0/*.sh --skip-license --prefix=.' },
  { name: 'DEB', home: 'usr', options: [deb], unpack: 'dpkg-deb -x $0/*.deb .' },
  {
    name: 'RPM',
    home: 'usr',
    options: [rpm, 'CPACK_RPM_PACKAGE_AUTOREQPROV=no'],
    unpack: 'rpm2cpio $0/*.rpm > ../cpio && cmake -E tar xf ../cpio && rm ../cpio',
  },
  {
    name: 'TGZ of a component',
    home: '.',
    options: ['CPACK_ARCHIVE_COMPONENT_INSTALL=ON'],
    unpack: 'cmake -E tar xf $0/*-app.tar.gz',
  },
  {
    name: 'ZIP of a component',
    home: '.',
    options: ['CPACK_ARCHIVE_COMPONENT_INSTALL=ON'],
    unpack: 'cmake -E tar xf $0/*-app.zip',
  },
  {
    name: 'STGZ of a component',
    home: '.',
    options: ['CPACK_ARCHIVE_COMPONENT_INSTALL=ON'],
    unpack: 'sh $0/*-app.sh --skip-license --prefix=.',
  },
  {
    name: 'DEB of a component',
    home: 'usr',
    options: [deb, 'CPACK_DEB_COMPONENT_INSTALL=ON'],
    unpack: 'dpkg-deb -x $0/*-app.deb .',
  },
  {
    name: 'RPM of a component',
    home: 'usr',
    options: [rpm, 'CPACK_RPM_PACKAGE_AUTOREQPROV=no', 'CPACK_RPM_COMPONENT_INSTALL=ON'],
    unpack: 'rpm2cpio $0/*-app.rpm > ../cpio && cmake -E tar xf ../cpio && rm ../cpio',
  },
] as const

describeWithTools(
  ['cmake', 'ninja', 'g++', 'strace', 'readelf', 'rpmbuild', 'dpkg-deb'],
  'deployed by every install mode, with build tree and store gone',
  () => {
    const root = makeDirectory('deploy')
    const at = (...names: string[]): string => join(root.path, ...names)
    const stamps: string[] = []
    /** rpmbuild refuses spaces. */
    const packages = (name: string): string => at(name.replaceAll(' ', '-'))

    beforeAll(async () => {
      const project = at('project')
      writeTinyApp(project, { rules })
      await sync(project, { ...inject('cliEnv'), PYEMBED_DATA_DIR: at('data') })
      await build(project, '-Werror=dev')

      const install = ['cmake', '--install', 'build', '--prefix', at('installed')]
      await runIn(project, install)
      stamps.push(await stampTree(at('installed')))
      await runIn(project, install)
      stamps.push(await stampTree(at('installed')))
      await runIn(project, [...install.slice(0, 4), at('component'), '--component', 'app'])
      await runIn(project, [...install.slice(0, 4), '/opt/tiny'], { DESTDIR: at('destdir') })
      for (const { name, options } of modes) {
        const generator = name.split(' ')[0] ?? name
        await runIn(at('project/build'), [
          'cpack',
          '-G',
          generator,
          '-B',
          packages(name),
          ...set(options),
        ])
      }
      renameSync(project, at('gone'))
      renameSync(at('data'), at('gone-data'))
    })
    afterAll(() => root.remove())

    it('cmake --install, a second time without touching anything', async () => {
      expect(stamps[1]).toBe(stamps[0])
      await expectRunsAlone(at('installed/bin/tiny'), at('installed'), at('trace'))
      expect(await stampTree(at('installed'))).toBe(stamps[0])
    })

    it('cmake --install of a component', async () => {
      expect(existsSync(at('component/doc'))).toBe(false)
      await expectRunsAlone(at('component/bin/tiny'), at('component'), at('trace'))
    })

    it('DESTDIR', async () => {
      const home = at('destdir/opt/tiny')

      expect(await differences(home, at('installed'))).toBe('')
      await expectRunsAlone(join(home, 'bin/tiny'), home, at('trace'))
    })

    it.each(modes)('cpack -G $name', async ({ name, home, unpack }) => {
      const folder = at(`${name} unpacked é`)
      mkdirSync(folder)
      await runIn(folder, ['sh', '-ec', unpack, packages(name)])
      const tree = join(folder, home)

      const whole = name.includes('component') ? at('component') : at('installed')
      expect(await differences(tree, whole)).toBe('')
      expect(readdirSync(folder)).toEqual(home === '.' ? readdirSync(tree) : [home])
      await expectRunsAlone(join(tree, 'bin/tiny'), tree, at('trace'))
    })

    it('renamed, read-only, under a path with spaces and letters beyond ASCII', async () => {
      const home = at("My $App's é [1]")
      renameSync(at('component'), home)
      await runIn('/', ['chmod', '-R', 'a-w', home])
      const before = await stampTree(home)

      await expectRunsAlone(join(home, 'bin/tiny'), home, at('trace'))

      expect(await stampTree(home)).toBe(before)
      await runIn('/', ['chmod', '-R', 'u+w', home])
      chmodSync(home, 0o755)
    })
  },
)
