import { mount } from 'svelte'
import './styles/base.css'
import './styles/top-bar.css'
import './styles/wall.css'
import './styles/viewer.css'
import './styles/drawer.css'
import './styles/projector.css'
import './styles/sharing.css'
import Gallery from './Gallery.svelte'

const target = document.getElementById('gallery')
if (target !== null) mount(Gallery, { target })
